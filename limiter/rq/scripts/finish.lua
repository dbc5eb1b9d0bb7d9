-- Write the ends of runs that returned, as rq's handle_job_success does for one.
--
-- A run without its record was given to another worker: its end is not written, unless this very end was (the
-- reply got lost, and this is the repeat). A job on which others depend is left to rq's own code.
--
-- KEYS[1]  the worker's hash, KEYS[2] its set of executions
-- ARGV[1]  for each run: the keys of its job, that job's dependents, dependencies, results and executions, of the
--          execution, and of the registries of started and finished jobs; ids of job and execution; when it
--          ended, as in the job's fields; seconds that it took, and that its result is kept; how many arguments
--          the fields of the job are, these, and the same for its result
-- reply    for each run "done", "lost" or "alone"
-- cost     O(log n) for each run
local RUN = 13 -- arguments of each before the fields
local RESULTS = 10 -- that rq keeps of a job
local now = tonumber(redis.call("TIME")[1])
local worked, done = 0, 0
local at = 1

local function fields()
  local first = at + 1
  local last = at + ARGV[at]
  at = last + 1
  return unpack(ARGV, first, last)
end

local function is_repeat(job, ended)
  local status, at_last = unpack(redis.call("HMGET", job, "status", "ended_at"))
  return status == "finished" and at_last == ended
end

local function finish()
  local job, dependents, dependencies, results, executions, record, started, finished, job_id, id, ended, took, keep =
    unpack(ARGV, at, at + RUN - 1)
  at = at + RUN
  local lost = redis.call("EXISTS", record) == 0
  if lost or redis.call("EXISTS", dependents) == 1 then
    fields()
    fields()
    return lost and (is_repeat(job, ended) and "done" or "lost") or "alone"
  end
  redis.call("HSET", job, fields())
  redis.call("EXPIRE", job, keep)
  redis.call("EXPIRE", dependencies, keep)
  redis.call("XADD", results, "MAXLEN", "~", RESULTS, "*", fields())
  redis.call("EXPIRE", results, keep)
  redis.call("ZADD", finished, now + keep, job_id)
  redis.call("DEL", record)
  redis.call("ZREM", started, job_id .. ":" .. id)
  redis.call("ZREM", executions, id)
  redis.call("SREM", KEYS[2], job_id .. ":" .. id)
  worked, done = worked + took, done + 1
  return "done"
end

local replies = {}
while at <= #ARGV do
  replies[#replies + 1] = finish()
end
if done > 0 then
  redis.call("HINCRBY", KEYS[1], "successful_job_count", done)
  redis.call("HINCRBYFLOAT", KEYS[1], "total_working_time", string.format("%.17g", worked))
end
return replies
