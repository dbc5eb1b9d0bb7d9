-- A flow queue of many jobs.
--
--   <base>:queue:<queue>                 sorted set of batches, by score
--   <base>:batch:<queue>:<batch>         sorted set of the batch's jobs, by arrival; a job alone needs none
local sorted_queues = { LOOK_AHEAD = 100 } -- batches with jobs that are counted

function sorted_queues.key(call, name)
  return call.base .. ":queue:" .. name
end

function sorted_queues.batch_key(call, name, batch)
  return call.base .. ":batch:" .. #name .. ":" .. name .. batch
end

-- Put a batch where the jobs that it has want it; false where it has none.
function sorted_queues.place(call, name, batch, job, score_of)
  local key = sorted_queues.batch_key(call, name, batch)
  local oldest = redis.call("ZRANGE", key, 0, 0, "WITHSCORES")
  if not oldest[1] then
    return false
  end
  local score = score_of(job.priority, tonumber(oldest[2]), redis.call("ZCARD", key))
  redis.call("ZADD", sorted_queues.key(call, name), score, batch)
  return true
end

-- `score_of` gives a batch's score from priority, oldest arrival and number of jobs.
function sorted_queues.add(call, name, batch, job, score_of)
  if jobs.is_alone(batch) then
    redis.call("ZADD", sorted_queues.key(call, name), score_of(job.priority, job.arrival, 1), batch)
    return
  end
  redis.call("ZADD", sorted_queues.batch_key(call, name, batch), job.arrival, job.id)
  sorted_queues.place(call, name, batch, job, score_of)
end

function sorted_queues.remove(call, name, batch, job, score_of)
  if not jobs.is_alone(batch) then
    redis.call("ZREM", sorted_queues.batch_key(call, name, batch), job.id)
    if sorted_queues.place(call, name, batch, job, score_of) then
      return
    end
  end
  redis.call("ZREM", sorted_queues.key(call, name), batch)
end

-- Jobs of the queue before one of them.
function sorted_queues.ahead(call, name, batch, job)
  local key = sorted_queues.key(call, name)
  local ahead = redis.call("ZRANK", key, batch)
  if ahead > 0 then
    local last = math.min(ahead, sorted_queues.LOOK_AHEAD) - 1
    for _, before in ipairs(redis.call("ZRANGE", key, 0, last)) do
      if not jobs.is_alone(before) then
        ahead = ahead + redis.call("ZCARD", sorted_queues.batch_key(call, name, before)) - 1
      end
    end
  end
  if not jobs.is_alone(batch) then
    ahead = ahead + redis.call("ZRANK", sorted_queues.batch_key(call, name, batch), job.id)
  end
  return ahead
end

-- Take over the batches of a packed queue.
function sorted_queues.fill(call, name, batches)
  for _, batch in ipairs(batches) do
    redis.call("ZADD", sorted_queues.key(call, name), batch.score, batch.name)
    if not jobs.is_alone(batch.name) then
      local arrivals = packed_queues.arrivals(batch.jobs)
      redis.call("ZADD", sorted_queues.batch_key(call, name, batch.name), unpack(arrivals))
    end
  end
end

-- The first job, and where it was found: its batch's name and score, whether others are in it (size), and when the
-- next of these arrived.
function sorted_queues.first(call, name)
  local first = redis.call("ZRANGE", sorted_queues.key(call, name), 0, 0, "WITHSCORES")
  local found = { name = first[1], score = first[2], size = 1 }
  local id
  if jobs.is_alone(found.name) then
    id = string.sub(found.name, 2)
  else
    local key = sorted_queues.batch_key(call, name, found.name)
    local two = redis.call("ZRANGE", key, 0, 1, "WITHSCORES")
    id, found.next_arrival = two[1], two[4]
    found.size = two[4] and 2 or 1
  end
  return jobs.waiting(call, id), found
end

-- Take out the first job, which was found at this place.
function sorted_queues.remove_first(call, name, job, found)
  local key = sorted_queues.key(call, name)
  if found.size > 1 then
    redis.call("ZREM", sorted_queues.batch_key(call, name, found.name), job.id)
    local score = packed_queues.moved(found.score, job.arrival, found.next_arrival, -1)
    redis.call("ZADD", key, string.format("%d", score), found.name)
  else
    redis.call("ZREM", key, found.name)
    if not jobs.is_alone(found.name) then
      redis.call("DEL", sorted_queues.batch_key(call, name, found.name))
    end
  end
end
