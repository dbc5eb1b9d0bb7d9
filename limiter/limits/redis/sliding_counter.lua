-- Two counts: what the last window spent fades out evenly while this one runs.
--
-- ARGV     see meter.lua; the rule: limit, window
-- cost     O(1)
-- include "meter"
local limit, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local state = kept() -- {start, count of that window, of the one before, the window's length}
local begun = state and state[1] or 0
local passed = math.max(now, begun) % window
local start = math.max(now, begun) - passed
local current, previous = 0, 0
if state and state[4] ~= window then
  if math.max(now, begun) < begun + 2 * state[4] then
    current = state[2] + state[3] -- another rule's counts: all of it counts on
  end
elseif state and begun == start then
  current, previous = state[2], state[3]
elseif state and begun == start - window then
  previous = state[2]
end

local function meter_wait(cost)
  local room = limit - current - cost
  if room < 0 then
    -- The next window, in which this one's count has faded far enough.
    local fits = math.floor((limit - cost) * window / current)
    return start + window + math.max(0, window - fits) - now
  end
  if previous * (window - passed) <= room * window then
    return 0
  end
  return start + window - math.floor(room * window / previous) - now
end

local function meter_left()
  return math.max(0, limit - current - math.ceil(previous * (window - passed) / window))
end

local function meter_rest()
  if current > 0 then
    return start + 2 * window - now
  end
  return previous > 0 and start + window - now or 0
end

local function meter_spend(cost)
  current = current + cost
  keep({ start, current, previous, window }, meter_rest())
end
-- include "operate"
