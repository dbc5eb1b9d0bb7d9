-- The token bucket, as a limit: how long to wait, take, give back. Levels are whole grains (rules.py).
local function bucket_peek(rule)
  return math.min(rule.brim, state.level + math.max(0, now - state.at) * rule.rate)
end

local function bucket_refill(rule)
  state.level = bucket_peek(rule)
  state.at = math.max(state.at, now)
end

local function bucket_wait(rule, units)
  local missing = units * rule.grain - bucket_peek(rule)
  return math.max(0, math.ceil(missing / rule.rate))
end

local function bucket_take(rule, units)
  bucket_refill(rule)
  state.level = state.level - units * rule.grain
end

local function bucket_give_back(rule, units)
  bucket_refill(rule)
  state.level = math.min(rule.brim, state.level + units * rule.grain)
end
