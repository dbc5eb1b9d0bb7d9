-- The generic cell rate algorithm (ITU-T I.371): the moment at which all that passed is paid off, which is a
-- whole microsecond and `part` grains of the next.
--
-- ARGV     see meter.lua; the rule: rate, grain, capacity
-- cost     O(1)
-- include "meter"
local rate, grain, capacity = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local state = kept() -- {whole microsecond, part}
local water = 1 - rate -- grains that have not leaked out yet
if state then
  water = math.max(water, (state[1] - now) * rate + math.min(state[2], rate - 1))
end

local function meter_wait(cost)
  return math.max(0, math.ceil((water + cost * grain - capacity) / rate))
end

local function meter_left()
  return math.max(0, math.floor(math.min(capacity, capacity - water) / grain))
end

local function meter_rest()
  return math.max(0, math.ceil(water / rate))
end

local function meter_spend(cost)
  water = math.max(1 - rate, water + cost * grain)
  keep({ now + math.floor(water / rate), water % rate }, meter_rest())
end
-- include "operate"
