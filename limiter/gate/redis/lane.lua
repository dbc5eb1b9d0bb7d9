-- The jobs of one flow in one group, in the order in which the flow would have them run (memory/lane.py).
--
--   <base>:records, l<lane>            its record, and while it is short its jobs (short.lua)
--   <base>:lane:<group,flow>           a long one: sorted set of bunches
--   <base>:bunch:<group,flow,bunch>    and sorted set of the bunch's jobs by arrival; a lone job needs none
--   <base>:records, j<job>             "W" and the job's record while it waits, "R" and the lease while it runs,
--                                      "A" and the lease where it runs and was pushed again
--
-- A lane becomes long when its line gets longer than ROOM, and short again when it is empty.
--
-- Numbers that never change are given to redis.call as text, and whole ones in the short form: formatting a
-- number takes as long as a small command.
-- include "records"
-- include "short"
-- record job
--   input output hold priority:h arrival:i
--   | flow group document
--   | id
local ROOM = 2048 -- bytes of a short lane's line: some thirty jobs
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

-- The score of a bunch with these many jobs.
-- inline
local function lane_score(priority, oldest, size)
  return -priority * CLASS + oldest + AGEING * size
end

-- Long ones ---------------------------------------------------------------------------------------

local function long_place(lane_at, priority, bunch, oldest, size)
  redis.call("ZADD", lane_at, lane_score(priority, oldest, size), bunch)
end

local function long_add(whose, bunch, job)
  if lone(bunch) then
    return long_place(lane_key(whose), job.priority, bunch, job.arrival, 1)
  end
  local key = bunch_key(whose, bunch)
  redis.call("ZADD", key, job.arrival, job.id)
  local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
  long_place(lane_key(whose), job.priority, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
end

local function long_remove(whose, bunch, job)
  if not lone(bunch) then
    local key = bunch_key(whose, bunch)
    redis.call("ZREM", key, job.id)
    local oldest = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")
    if oldest[1] then
      return long_place(lane_key(whose), job.priority, bunch, tonumber(oldest[2]), redis.call("ZCARD", key))
    end
  end
  redis.call("ZREM", lane_key(whose), bunch)
end

local function long_ahead(whose, bunch, job)
  local key = lane_key(whose)
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

-- rare
local function lengthen(lane, whose, line)
  for _, bunch in ipairs(short_bunches(line)) do
    redis.call("ZADD", lane_key(whose), bunch[1], bunch[2])
    if not lone(bunch[2]) then
      redis.call("ZADD", bunch_key(whose, bunch[2]), unpack(short_scored(bunch[4])))
    end
  end
  lane.line, lane.long = "", 1
end

-- Either ------------------------------------------------------------------------------------------

local function lane_add(lane, job)
  local whose, bunch = lane_name(job.group, job.flow), bunch_of(job)
  lane.waiting = lane.waiting + 1
  if lane.long == 1 then
    return long_add(whose, bunch, job)
  end
  local line = short_with(lane.line, bunch, lane_score(job.priority, job.arrival, 1), job)
  if #line > ROOM then
    lengthen(lane, whose, line)
  else
    lane.line = line
  end
end

local function left_one(lane)
  lane.waiting = lane.waiting - 1
  if lane.waiting == 0 then
    lane.long = 0
  end
end

local function lane_remove(lane, job)
  local whose, bunch = lane_name(job.group, job.flow), bunch_of(job)
  if lane.long == 1 then
    long_remove(whose, bunch, job)
  else
    lane.line = short_without(lane.line, bunch, job)
  end
  left_one(lane)
end

-- Jobs of the lane that go before this one, as things stand.
local function lane_ahead(lane, job)
  local whose, bunch = lane_name(job.group, job.flow), bunch_of(job)
  if lane.long == 1 then
    return long_ahead(whose, bunch, job)
  end
  return short_ahead(lane.line, bunch, job.arrival)
end

-- Where lane_first found a job: its bunch, that one's score and how many jobs it has. Of a short lane also how many
-- bytes these take, and where the rest of the line begins; of a long one the arrival of the next job.
local bunch, score, size, bytes, behind

local function long_first(flow_name, group_name)
  local whose = lane_name(group_name, flow_name)
  local first = redis.call("ZRANGE", lane_key(whose), "0", "0", "WITHSCORES")
  bunch, score, size = first[1], first[2], 1
  local id
  if lone(bunch) then
    id = string.sub(bunch, 2)
  else
    local ahead = redis.call("ZRANGE", bunch_key(whose, bunch), "0", "1", "WITHSCORES")
    id, behind = ahead[1], ahead[4]
    size = behind and 2 or 1
  end
  return job_of(id)
end

-- The job whose turn it is, in a lane that is not empty. One of a short lane knows neither document nor priority.
local function lane_first(lane, flow_name, group_name)
  if lane.long == 1 then
    return long_first(flow_name, group_name)
  end
  local arrival, hold, input, output, id
  score, size, bytes, bunch, arrival, hold, input, output, id, behind = struct.unpack(FIRST_LAYOUT, lane.line)
  return job_record({
    id = id, flow = flow_name, group = group_name, document = "", arrival = arrival, hold = hold, input = input,
    output = output,
  })
end

local function long_shift(job)
  local whose = lane_name(job.group, job.flow)
  if size > 1 then
    redis.call("ZREM", bunch_key(whose, bunch), job.id)
    local moved = score + (behind - job.arrival) - AGEING
    redis.call("ZADD", lane_key(whose), string.format("%d", moved), bunch)
  else
    redis.call("ZREM", lane_key(whose), bunch)
    if not lone(bunch) then
      redis.call("DEL", bunch_key(whose, bunch))
    end
  end
end

-- Take out the job that lane_first found: its bunch moves to where the rest of it belongs.
local function lane_shift(lane, job)
  if lane.long == 1 then
    long_shift(job)
  else
    lane.line = short_shifted(lane.line, job, score, size, bytes, bunch, behind)
  end
  left_one(lane)
end
