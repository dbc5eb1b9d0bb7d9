-- Counts in windows that begin at whole multiples of their length.
--
-- ARGV     see meter.lua; the rule: limit, window
-- cost     O(1)
-- include "meter"
local limit, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local state = kept()
local last, count = 0, 0 -- when it was spent from last, and what was spent in that window
if state then
  last, count = state[1], state[2]
end

-- Where the window that holds now ends; a clock that goes back stays in the window it was in.
local function edge()
  local moment = math.max(now, last)
  return moment - moment % window + window
end

local function used()
  return last >= edge() - window and count or 0
end

local function meter_wait(cost)
  return used() + cost <= limit and 0 or edge() - now
end

local function meter_left()
  return math.max(0, limit - used())
end

local function meter_rest()
  return used() > 0 and edge() - now or 0
end

local function meter_spend(cost)
  count = math.max(0, used() + cost)
  last = math.max(now, last)
  keep({ last, count }, meter_rest())
end
-- include "operate"
