-- A token bucket that remembers the rate it was set to.
--
-- ARGV     see meter.lua; the rule: rate to begin with, grain, capacity, floor, ceiling
-- cost     O(1)
-- include "meter"
-- include "tokens"
local floor, ceiling = tonumber(ARGV[6]), tonumber(ARGV[7])
local DAY = 86400000 -- milliseconds that a rate is remembered without use

local function bounded(value)
  return math.max(floor, math.min(ceiling, value))
end

if state then
  rate = bounded(regrained(state[3]))
end
refill()

local function meter_spend(cost)
  spend(cost, DAY)
end

if operation == "set_rate" then
  rate = bounded(units)
  spend(0, DAY)
end
adapted = rate
-- include "operate"
