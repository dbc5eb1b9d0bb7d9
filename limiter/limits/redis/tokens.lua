-- A bucket of tokens: its level in grains, at the rate that was in force until now.
local rate, grain, capacity = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local EXACT = 2 ^ 52
local state = kept() -- {level, at, rate under which it was left, grain}
local moment = state and math.max(now, state[2]) or now
local level

-- Grains of another size, which a rule had before.
local function regrained(value)
  return state[4] == grain and value or math.floor(value / state[4] * grain)
end

local function refill()
  local brim = capacity + rate - 1 -- who waits for the next whole microsecond loses nothing
  if not state then
    level = brim
  else
    local held = math.min(EXACT, state[1] + (moment - state[2]) * state[3])
    level = math.min(brim, regrained(held))
  end
end

local function until_level(wanted)
  local missing = wanted - level
  return missing > 0 and moment - now + math.ceil(missing / rate) or 0
end

local function meter_wait(cost)
  return until_level(cost * grain)
end

local function meter_left()
  return math.max(0, math.floor(math.min(capacity, level) / grain))
end

local function meter_rest()
  return until_level(capacity)
end

local function spend(cost, slack)
  level = math.min(capacity + rate - 1, level - cost * grain)
  keep({ level, moment, rate, grain }, meter_rest(), slack)
end
