-- A limit by name that fills at a steady rate up to a burst. Its level is in parts, at the rate in force until now.
--
-- rule    rate, unit, capacity; of an adaptive one also floor and ceiling
-- kept    level, at, rate under which it was left, unit
local limit_token_bucket = { EXACT = 2 ^ 52 }

-- Grains of another size, which a rule had before.
function limit_token_bucket.in_parts(kept, value, unit)
  return kept[4] == unit and value or math.floor(value / kept[4] * unit)
end

-- The most that it holds: a caller that waits for the next whole microsecond loses nothing.
function limit_token_bucket.brim(limit)
  return limit.capacity + limit.rate - 1
end

-- What it has by now of what was kept, in the parts of that.
function limit_token_bucket.filled(kept, moment)
  return math.min(limit_token_bucket.EXACT, kept[1] + (moment - kept[2]) * kept[3])
end

-- `rate_of` gives the rate in force where another was set.
function limit_token_bucket.open(call, rate_of)
  local kept = limit_values.read(call)
  local limit = {
    rate = call.rule[1], unit = call.rule[2], capacity = call.rule[3],
    moment = kept and math.max(call.now, kept[2]) or call.now,
  }
  if kept and rate_of then
    limit.rate = rate_of(call, limit_token_bucket.in_parts(kept, kept[3], limit.unit))
  end
  limit.level = limit_token_bucket.brim(limit)
  if kept then
    local filled = limit_token_bucket.filled(kept, limit.moment)
    limit.level = math.min(limit.level, limit_token_bucket.in_parts(kept, filled, limit.unit))
  end
  return limit
end

-- Microseconds until so many parts are there.
function limit_token_bucket.until_level(call, limit, wanted)
  local missing = wanted - limit.level
  return missing > 0 and limit.moment - call.now + math.ceil(missing / limit.rate) or 0
end

function limit_token_bucket.wait(call, limit, units)
  return limit_token_bucket.until_level(call, limit, units * limit.unit)
end

function limit_token_bucket.left(_, limit)
  return math.max(0, math.floor(math.min(limit.capacity, limit.level) / limit.unit))
end

function limit_token_bucket.rest(call, limit)
  return limit_token_bucket.until_level(call, limit, limit.capacity)
end

function limit_token_bucket.spend(call, limit, units, slack)
  limit.level = math.min(limit_token_bucket.brim(limit), limit.level - units * limit.unit)
  local values = { limit.level, limit.moment, limit.rate, limit.unit }
  limit_values.keep(call, values, limit_token_bucket.rest(call, limit), slack)
end
