-- Jobs: each has a field of <base>:records, j<job>, that says whether it waits or runs.
--
--   "W" and its record    it waits
--   "R" and its lease     it runs
--   "A" and its lease     it runs, and was pushed again on the list meanwhile
local jobs = {
  WAITS = "W", RUNS = "R", RUNS_AND_WAITS = "A",
  WAITING = 87, RUNNING = 82, RUNNING_AND_WAITING = 65, -- the bytes of these
  PRIORITY_LIMIT = 1000,
  FRONT = 1001, -- the priority of what goes before all others of its flow
}

function jobs.field(id)
  return "j" .. id
end

function jobs.clamp(priority)
  return math.max(-jobs.PRIORITY_LIMIT, math.min(jobs.PRIORITY_LIMIT, priority))
end

function jobs.waits(packed)
  return packed and string.byte(packed) == jobs.WAITING
end

function jobs.runs(packed)
  return packed and string.byte(packed) ~= jobs.WAITING
end

function jobs.only_runs(packed)
  return packed and string.byte(packed) == jobs.RUNNING
end

function jobs.runs_and_waits(packed)
  return packed and string.byte(packed) == jobs.RUNNING_AND_WAITING
end

-- The lease of one that runs.
function jobs.lease_of(packed)
  return string.sub(packed, 2)
end

function jobs.packed(call, id)
  return redis.call("HGET", call.records_key, jobs.field(id))
end

function jobs.unpack(packed, id)
  local job = layouts.unpack_job(packed, 2)
  job.id = id
  return job
end

-- A job that waits; nil for any other.
function jobs.waiting(call, id)
  local packed = jobs.packed(call, id)
  return jobs.waits(packed) and jobs.unpack(packed, id) or nil
end

function jobs.store(call, job)
  redis.call("HSET", call.records_key, jobs.field(job.id), jobs.WAITS .. layouts.pack_job(job))
end
