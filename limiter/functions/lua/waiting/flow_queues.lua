-- The jobs of one flow in one group, in the order in which the flow has them run (memory/flow_queue.py).
--
--   <base>:queue:<queue>            sorted set of batches, by score
--   <base>:batch:<queue>:<batch>    sorted set of the batch's jobs, by arrival; a job alone needs none
--
-- A job is named there with what an admission needs of it (flow_queues.member), so that its record is not read.
local flow_queues = {
  CLASS = 2 ^ 41, -- arrivals that one step of priority is worth
  AGEING = 16, -- arrivals by which each of its jobs puts a batch back
  LOOK_AHEAD = 100, -- batches with jobs that are counted
  NUMBERS = "<ddd", -- of a member, before the job's id
  ALONE = 106, -- the byte "j"
}

-- The score of a batch with these many jobs.
function flow_queues.score(priority, oldest, size)
  return -priority * flow_queues.CLASS + oldest + flow_queues.AGEING * size
end

-- How a batch's score moves when its first job goes and the next one is its oldest.
function flow_queues.moved(score, oldest_before, oldest)
  return score + oldest - oldest_before - flow_queues.AGEING
end

function flow_queues.key(call, name)
  return call.base .. ":queue:" .. name
end

function flow_queues.batch_key(call, name, batch)
  return call.base .. ":batch:" .. #name .. ":" .. name .. batch
end

function flow_queues.member(job)
  return struct.pack(flow_queues.NUMBERS, job.reservation, job.input, job.output) .. job.id
end

-- The job that a member names; of its document and priority it knows nothing.
function flow_queues.job(member, from, flow_name, group_name)
  local reservation, input, output, behind = struct.unpack(flow_queues.NUMBERS, member, from)
  return {
    id = string.sub(member, behind), flow = flow_name, group = group_name, reservation = reservation, input = input,
    output = output,
  }
end

-- A job's batch: the jobs of one document and priority, which run one after the other; alone where it has none.
function flow_queues.batch(job)
  if job.document == "" or job.priority == jobs.FRONT then
    return "j" .. flow_queues.member(job)
  end
  return "d" .. job.priority .. ":" .. job.document
end

-- Is this a batch of one job alone?
function flow_queues.is_alone(batch)
  return string.byte(batch) == flow_queues.ALONE
end

function flow_queues.names_of(job)
  return records.queue_name(job.group, job.flow), flow_queues.batch(job)
end

-- Put a batch where the jobs that it has want it, or take it out where it has none.
function flow_queues.place(call, name, batch, priority)
  local key = flow_queues.batch_key(call, name, batch)
  local oldest = redis.call("ZRANGE", key, 0, 0, "WITHSCORES")[2]
  if oldest then
    local score = flow_queues.score(priority, tonumber(oldest), redis.call("ZCARD", key))
    redis.call("ZADD", flow_queues.key(call, name), score, batch)
  else
    redis.call("ZREM", flow_queues.key(call, name), batch)
  end
end

function flow_queues.add(call, queue, job)
  local name, batch = flow_queues.names_of(job)
  queue.waiting = queue.waiting + 1
  if flow_queues.is_alone(batch) then
    redis.call("ZADD", flow_queues.key(call, name), flow_queues.score(job.priority, job.arrival, 1), batch)
  else
    redis.call("ZADD", flow_queues.batch_key(call, name, batch), job.arrival, flow_queues.member(job))
    flow_queues.place(call, name, batch, job.priority)
  end
end

function flow_queues.remove(call, queue, job)
  local name, batch = flow_queues.names_of(job)
  queue.waiting = queue.waiting - 1
  if flow_queues.is_alone(batch) then
    redis.call("ZREM", flow_queues.key(call, name), batch)
  else
    redis.call("ZREM", flow_queues.batch_key(call, name, batch), flow_queues.member(job))
    flow_queues.place(call, name, batch, job.priority)
  end
end

-- Jobs of the queue that go before this one, as things stand.
function flow_queues.ahead(call, job)
  local name, batch = flow_queues.names_of(job)
  local key = flow_queues.key(call, name)
  local ahead = redis.call("ZRANK", key, batch)
  if ahead > 0 then
    local last = math.min(ahead, flow_queues.LOOK_AHEAD) - 1
    for _, before in ipairs(redis.call("ZRANGE", key, 0, last)) do
      if not flow_queues.is_alone(before) then
        ahead = ahead + redis.call("ZCARD", flow_queues.batch_key(call, name, before)) - 1
      end
    end
  end
  if not flow_queues.is_alone(batch) then
    ahead = ahead + redis.call("ZRANK", flow_queues.batch_key(call, name, batch), flow_queues.member(job))
  end
  return ahead
end

-- The job that is next in a queue that is not empty, and where it was found: its batch's name and score; where the
-- batch is of several, its member in it, when it arrived, and when the next one did, if there is one.
function flow_queues.first(call, flow_name, group_name)
  local name = records.queue_name(group_name, flow_name)
  local batch = redis.call("ZRANGE", flow_queues.key(call, name), 0, 0, "WITHSCORES")
  local place = { queue = name, batch = batch[1], score = batch[2] }
  if flow_queues.is_alone(place.batch) then
    return flow_queues.job(place.batch, 2, flow_name, group_name), place
  end
  local two = redis.call("ZRANGE", flow_queues.batch_key(call, name, place.batch), 0, 1, "WITHSCORES")
  place.member, place.arrival, place.next_arrival = two[1], two[2], two[4]
  return flow_queues.job(place.member, 1, flow_name, group_name), place
end

-- Take out the first job, which was found at this place: its batch moves to where the rest of it belongs.
function flow_queues.remove_first(call, queue, place)
  local key = flow_queues.key(call, place.queue)
  queue.waiting = queue.waiting - 1
  if place.member then
    redis.call("ZREM", flow_queues.batch_key(call, place.queue, place.batch), place.member)
  end
  if place.next_arrival then
    local score = flow_queues.moved(place.score, place.arrival, place.next_arrival)
    redis.call("ZADD", key, string.format("%d", score), place.batch)
  else
    redis.call("ZREM", key, place.batch)
  end
end
