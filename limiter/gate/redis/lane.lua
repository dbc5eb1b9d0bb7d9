-- The jobs of one flow in one group, in the order in which the flow would have them run (memory/lane.py).
--
--   <base>:lane:<group,flow>           sorted set of bunches
--   <base>:bunch:<group,flow,bunch>    sorted set of the bunch's jobs by arrival; a lone job needs none
--   <base>:records, j<job>             "W" and the job's record while it waits, "R" and the lease while it runs,
--                                      "A" and the lease where it runs and was pushed again
--
-- Numbers that never change are given to redis.call as text, and whole ones in the short form: formatting a
-- number takes as long as a small command.
-- include "records"
-- record job
--   input output hold priority arrival
--   | flow group document
--   | id
local AGEING = 16
local PRIORITY_LIMIT = 1000
local FRONT = PRIORITY_LIMIT + 1
local CLASS = 2 ^ 41
local LOOK_AHEAD = 100
local WAITS, RUNS, RUNS_AND_WAITS = "W", "R", "A"

local function clamp(priority)
  return math.max(-PRIORITY_LIMIT, math.min(PRIORITY_LIMIT, priority))
end

-- Names may hold any byte, so the parts of a key carry their lengths.
-- inline
local function lane_key(lane_name)
  return base .. ":lane:" .. lane_name
end

-- inline
local function bunch_key(lane_name, bunch)
  return base .. ":bunch:" .. #lane_name .. ":" .. lane_name .. bunch
end

-- inline
local function lone(bunch)
  return string.byte(bunch) == 106 -- "j"
end

local function bunch_of(job)
  if job.document == "" or job.priority == FRONT then
    return "j" .. job.id
  end
  return "d" .. job.priority .. ":" .. job.document
end

-- inline
local function waits(packed)
  return packed and string.byte(packed) == 87 -- "W"
end

-- inline
local function runs(packed)
  return packed and string.byte(packed) ~= 87
end

-- Does it run, and was it not pushed again?
-- inline
local function only_runs(packed)
  return packed and string.byte(packed) == 82 -- "R"
end

local function job_from(packed, id)
  local job = job_unpack(packed, 2)
  job.id = id
  return job
end

local function job_of(id)
  local packed = redis.call("HGET", records_key, "j" .. id)
  return waits(packed) and job_from(packed, id)
end

local function store_job(job)
  redis.call("HSET", records_key, "j" .. job.id, WAITS .. job_pack(job))
end

local function lane_place(job, bunch, oldest, size)
  local lane_at = lane_key(lane_name(job.group, job.flow))
  redis.call("ZADD", lane_at, -job.priority * CLASS + oldest + AGEING * size, bunch)
end

local function lane_add(lane, job)
  lane.waiting = lane.waiting + 1
  local bunch = bunch_of(job)
  if lone(bunch) then
    return lane_place(job, bunch, job.arrival, 1)
  end
  local key = bunch_key(lane_name(job.group, job.flow), bunch)
  redis.call("ZADD", key, job.arrival, job.id)
  local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
  lane_place(job, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
end

local function lane_remove(lane, job)
  lane.waiting = lane.waiting - 1
  local bunch = bunch_of(job)
  if not lone(bunch) then
    local key = bunch_key(lane_name(job.group, job.flow), bunch)
    redis.call("ZREM", key, job.id)
    local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
    if oldest[1] then
      return lane_place(job, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
    end
  end
  redis.call("ZREM", lane_key(lane_name(job.group, job.flow)), bunch)
end

local lane_at, bunch, bunch_at, score, after -- where lane_first found a job; and the next one of its bunch

-- The job whose turn it is, with its flow, group and lane, which must not be empty.
local function lane_first(flow_name, group_name)
  local whose = lane_name(group_name, flow_name)
  lane_at = lane_key(whose)
  local first = redis.call("ZRANGE", lane_at, "0", "0", "WITHSCORES")
  bunch, score = first[1], first[2]
  local id
  if lone(bunch) then
    id, bunch_at, after = string.sub(bunch, 2), nil, nil
  else
    bunch_at = bunch_key(whose, bunch)
    local ahead = redis.call("ZRANGE", bunch_at, "0", "1", "WITHSCORES")
    id, after = ahead[1], ahead[4]
  end
  local flow, group, lane, packed = read_lane(flow_name, group_name, whose, id)
  local job = job_from(packed, id)
  return job, flow, group, lane
end

-- Take out the job that lane_first found: its bunch moves to where the rest of it belongs.
local function lane_shift(lane, job)
  lane.waiting = lane.waiting - 1
  if after then
    redis.call("ZREM", bunch_at, job.id)
    local moved = score + (after - job.arrival) - AGEING
    redis.call("ZADD", lane_at, string.format("%d", moved), bunch)
  else
    redis.call("ZREM", lane_at, bunch)
    if bunch_at then
      redis.call("DEL", bunch_at)
    end
  end
end

-- Jobs of the lane that go before this one, as things stand.
local function lane_ahead(job)
  local whose = lane_name(job.group, job.flow)
  local bunch, key = bunch_of(job), lane_key(whose)
  local ahead = redis.call("ZRANK", key, bunch)
  if ahead > 0 then
    for _, before in ipairs(redis.call("ZRANGE", key, 0, math.min(ahead, LOOK_AHEAD) - 1)) do
      if not lone(before) then
        ahead = ahead + redis.call("ZCARD", bunch_key(whose, before)) - 1
      end
    end
  end
  if not lone(bunch) then
    ahead = ahead + redis.call("ZRANK", bunch_key(whose, bunch), job.id)
  end
  return ahead
end
