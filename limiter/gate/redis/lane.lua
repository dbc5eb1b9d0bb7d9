-- The jobs of one flow in one group, in the order in which the flow would have them run (memory/lane.py).
--
--   <base>:lane:<group,flow>           sorted set of bunches
--   <base>:bunch:<group,flow,bunch>    sorted set of the bunch's jobs by arrival; a lone job needs none
--   <base>:jobs                        hash, job -> packed record
--
-- Numbers that never change are given to redis.call as text: formatting one takes as long as a small command.
local AGEING = 16
local PRIORITY_LIMIT = 1000
local FRONT = PRIORITY_LIMIT + 1
local CLASS = 2 ^ 41
local LOOK_AHEAD = 100

local function clamp(priority)
  return math.max(-PRIORITY_LIMIT, math.min(PRIORITY_LIMIT, priority))
end

-- Names may hold any byte, so the parts of a key carry their lengths.
local function lane_key(group, flow)
  return base .. ":lane:" .. #group .. ":" .. group .. flow
end

local function bunch_key(job, bunch)
  return base .. ":bunch:" .. #job.group .. ":" .. job.group .. #job.flow .. ":" .. job.flow .. bunch
end

local function lone(bunch)
  return string.byte(bunch) == 106 -- "j"
end

local function bunch_of(job)
  if job.document == "" or job.priority == FRONT then
    return "j" .. job.id
  end
  return "d" .. job.priority .. ":" .. job.document
end

local function job_of(id)
  local packed = redis.call("HGET", base .. ":jobs", id)
  if not packed or packed == "" then
    return nil
  end
  local job = cmsgpack.unpack(packed)
  job.id = id
  return job
end

local function lane_place(job, bunch, oldest, size)
  local score = -job.priority * CLASS + oldest + AGEING * size
  redis.call("ZADD", lane_key(job.group, job.flow), score, bunch)
end

local function lane_add(lane, job)
  lane.waiting = lane.waiting + 1
  local bunch = bunch_of(job)
  if lone(bunch) then
    return lane_place(job, bunch, job.arrival, 1)
  end
  local key = bunch_key(job, bunch)
  redis.call("ZADD", key, job.arrival, job.id)
  local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
  lane_place(job, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
end

local function lane_remove(lane, job)
  lane.waiting = lane.waiting - 1
  local bunch = bunch_of(job)
  if not lone(bunch) then
    local key = bunch_key(job, bunch)
    redis.call("ZREM", key, job.id)
    local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
    if oldest[1] then
      return lane_place(job, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
    end
  end
  redis.call("ZREM", lane_key(job.group, job.flow), bunch)
end

-- The job whose turn it is; the lane must not be empty.
local function lane_first(group, flow)
  local bunch = redis.call("ZRANGE", lane_key(group, flow), "0", "0")[1]
  if lone(bunch) then
    return job_of(string.sub(bunch, 2))
  end
  local key = bunch_key({ group = group, flow = flow }, bunch)
  return job_of(redis.call("ZRANGE", key, "0", "0")[1])
end

-- Jobs of the lane that go before this one, as things stand.
local function lane_ahead(job)
  local bunch, key = bunch_of(job), lane_key(job.group, job.flow)
  local ahead = redis.call("ZRANK", key, bunch)
  if ahead > 0 then
    for _, before in ipairs(redis.call("ZRANGE", key, 0, math.min(ahead, LOOK_AHEAD) - 1)) do
      if not lone(before) then
        ahead = ahead + redis.call("ZCARD", bunch_key(job, before)) - 1
      end
    end
  end
  if not lone(bunch) then
    ahead = ahead + redis.call("ZRANK", bunch_key(job, bunch), job.id)
  end
  return ahead
end
