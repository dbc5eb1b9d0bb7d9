-- Read the jobs of some runs of one queue and mark them started, as rq's prepare_execution and
-- prepare_job_execution do for one. A job that is not there is passed over.
--
-- KEYS[1]  the queue's registry of started jobs
-- KEYS[2]  the worker's hash, KEYS[3] its set of executions
-- KEYS[4]  the list where jobs lie that were popped and not started; "" where none was popped
-- ARGV[1]  now, as rq writes it to jobs; ARGV[2] in seconds, as to executions: by the worker's clock, for people
-- ARGV[3]  seconds that the registry keeps it; ARGV[4] that a record holds
-- ARGV[5]  the worker's name; ARGV[6] seconds that its set of executions holds
-- ARGV[7]  for each run: the keys of its job, its execution and its job's executions, the ids of job and
--          execution, its lease as JSON or ""
-- reply    for each run the fields of its job as they were, none where there is none
-- cost     O(log n) for each run
local RUN = 6 -- arguments of each
local KEPT = 60 -- seconds that rq keeps a job's list of executions longer than those
local now, seconds, keep, holds, worker = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local time = tonumber(redis.call("TIME")[1])

local function record(key, executions, job, id, lease)
  local fields = { "id", id, "job_id", job, "created_at", seconds, "last_heartbeat", seconds, "worker_name", worker }
  if lease ~= "" then
    fields[11], fields[12] = "gate_lease", lease
  end
  redis.call("HSET", key, unpack(fields))
  redis.call("EXPIRE", key, holds)
  redis.call("ZADD", executions, time + holds + KEPT, id)
  redis.call("EXPIRE", executions, holds + KEPT)
  redis.call("ZADD", KEYS[1], time + keep, job .. ":" .. id)
  redis.call("SADD", KEYS[3], job .. ":" .. id)
end

local function mark(key)
  redis.call("HSET", key, "last_heartbeat", now, "status", "started", "started_at", now, "worker_name", worker)
  redis.call("PERSIST", key)
end

local jobs = {}
for at = 7, #ARGV, RUN do
  local key, execution, executions, job, id, lease = unpack(ARGV, at, at + RUN - 1)
  local fields = redis.call("HGETALL", key)
  jobs[#jobs + 1] = fields
  if #fields > 0 then
    record(execution, executions, job, id, lease)
    mark(key)
  end
  if KEYS[4] ~= "" then
    redis.call("LREM", KEYS[4], 1, job)
  end
end
redis.call("HSET", KEYS[2], "state", "busy", "last_heartbeat", now)
redis.call("EXPIRE", KEYS[3], ARGV[6])
return jobs
