-- A flow queue of few jobs: its batches in their order, and in each its jobs in the order of their arrival, as one
-- text in the queue's record. What a decision reads of it is at its front, and so is what it changes.
--
--   batch   score, number of jobs, bytes of these, name; then its jobs
--   job     arrival, reservation, input, output, id
--
-- A batch unpacked is a table of score, name, size (number of jobs) and jobs (their text).
local packed_queues = {
  BATCH = "<dHHHc0", JOB = "<idddHc0", FIRST = "<dHHHc0idddHc0",
  ID_LENGTH = 28, -- bytes of a job before the length of its id
  AGEING = 16, -- arrivals by which each of its jobs puts a batch back
}

-- Does the one name go before the other, at equal scores, as in a sorted set?
function packed_queues.precedes(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then
      return a < b
    end
  end
  return #one < #other
end

function packed_queues.unpack(packed)
  local batches, at = {}, 1
  while at <= #packed do
    local score, size, bytes, name, jobs_at = struct.unpack(packed_queues.BATCH, packed, at)
    at = jobs_at + bytes
    batches[#batches + 1] = { score = score, name = name, size = size, jobs = string.sub(packed, jobs_at, at - 1) }
  end
  return batches
end

function packed_queues.pack_head(score, size, bytes, name)
  return struct.pack(packed_queues.BATCH, score, size, bytes, #name, name)
end

function packed_queues.pack(batches)
  local parts = {}
  for i, batch in ipairs(batches) do
    parts[2 * i - 1] = packed_queues.pack_head(batch.score, batch.size, #batch.jobs, batch.name)
    parts[2 * i] = batch.jobs
  end
  return table.concat(parts)
end

function packed_queues.goes_before(one, other)
  return one.score < other.score
    or (one.score == other.score and packed_queues.precedes(one.name, other.name))
end

-- Put a batch where it belongs among the others.
function packed_queues.insert(batches, batch)
  local at = #batches + 1
  while at > 1 and not packed_queues.goes_before(batches[at - 1], batch) do
    at = at - 1
  end
  table.insert(batches, at, batch)
end

-- Take a batch out of the others; nil where there is none of this name.
function packed_queues.pick(batches, name)
  for at, batch in ipairs(batches) do
    if batch.name == name then
      return table.remove(batches, at)
    end
  end
end

-- When the first of some jobs arrived.
function packed_queues.first_arrival(packed)
  return (struct.unpack("<i", packed))
end

-- Where the first job begins that arrived no earlier, and how many are before it.
function packed_queues.find(packed, arrival)
  local at, before = 1, 0
  while at <= #packed and struct.unpack("<i", packed, at) < arrival do
    at = at + packed_queues.ID_LENGTH + 2 + struct.unpack("<H", packed, at + packed_queues.ID_LENGTH)
    before = before + 1
  end
  return at, before
end

-- How a batch's score moves when its oldest job is another, or it has one job more or less.
function packed_queues.moved(score, oldest_before, oldest, jobs_more)
  return score + oldest - oldest_before + packed_queues.AGEING * jobs_more
end

-- The queue with one job more; `first` is the score of a batch that begins with it.
function packed_queues.with(packed, name, first, job)
  local batches = packed_queues.unpack(packed)
  local batch = packed_queues.pick(batches, name)
    or { score = first - packed_queues.AGEING, name = name, size = 0, jobs = "" }
  local oldest = batch.size > 0 and packed_queues.first_arrival(batch.jobs) or job.arrival
  local at = packed_queues.find(batch.jobs, job.arrival)
  local added = struct.pack(
    packed_queues.JOB, job.arrival, job.reservation, job.input, job.output, #job.id, job.id
  )
  batch.score = packed_queues.moved(batch.score, oldest, math.min(oldest, job.arrival), 1)
  batch.size = batch.size + 1
  batch.jobs = string.sub(batch.jobs, 1, at - 1) .. added .. string.sub(batch.jobs, at)
  packed_queues.insert(batches, batch)
  return packed_queues.pack(batches)
end

-- The queue without one of its jobs.
function packed_queues.without(packed, name, job)
  local batches = packed_queues.unpack(packed)
  local batch = packed_queues.pick(batches, name)
  local oldest, at = packed_queues.first_arrival(batch.jobs), packed_queues.find(batch.jobs, job.arrival)
  local behind = at + packed_queues.ID_LENGTH + 2 + #job.id
  batch.jobs = string.sub(batch.jobs, 1, at - 1) .. string.sub(batch.jobs, behind)
  if batch.jobs ~= "" then
    batch.score = packed_queues.moved(batch.score, oldest, packed_queues.first_arrival(batch.jobs), -1)
    batch.size = batch.size - 1
    packed_queues.insert(batches, batch)
  end
  return packed_queues.pack(batches)
end

-- Arrivals and ids of a batch's jobs, in turn.
function packed_queues.arrivals(packed)
  local found, at = {}, 1
  while at <= #packed do
    local arrival, _, _, _, id, behind = struct.unpack(packed_queues.JOB, packed, at)
    found[#found + 1], found[#found + 2] = arrival, id
    at = behind
  end
  return found
end

-- Jobs of the queue before one of them.
function packed_queues.ahead(packed, name, arrival)
  local ahead = 0
  for _, batch in ipairs(packed_queues.unpack(packed)) do
    if batch.name == name then
      local _, before = packed_queues.find(batch.jobs, arrival)
      return ahead + before
    end
    ahead = ahead + batch.size
  end
  return ahead
end

-- The first job, and where it was found: its batch's name, score, size and bytes, and where the rest begins.
function packed_queues.first(packed, flow_name, group_name)
  local score, size, bytes, name, arrival, reservation, input, output, id, behind =
    struct.unpack(packed_queues.FIRST, packed)
  local job = {
    id = id, flow = flow_name, group = group_name, arrival = arrival, reservation = reservation, input = input,
    output = output,
  }
  return job, { name = name, score = score, size = size, bytes = bytes, behind = behind }
end

-- The queue in its order, after its first batch was given a later place.
function packed_queues.in_order(packed)
  local batches = packed_queues.unpack(packed)
  packed_queues.insert(batches, table.remove(batches, 1))
  return packed_queues.pack(batches)
end

-- The queue without its first job, which was found at this place.
function packed_queues.without_first(packed, job, place)
  local rest = string.sub(packed, place.behind)
  if place.size == 1 then
    return rest
  end
  local score = packed_queues.moved(place.score, job.arrival, packed_queues.first_arrival(rest), -1)
  local bytes = place.bytes - (packed_queues.ID_LENGTH + 2 + #job.id)
  rest = packed_queues.pack_head(score, place.size - 1, bytes, place.name) .. rest
  return score > place.score and packed_queues.in_order(rest) or rest
end
