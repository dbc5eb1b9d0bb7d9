-- A limit by name under the generic cell rate algorithm (ITU-T I.371): the moment at which all that passed is paid
-- off, which is a whole microsecond and some parts of the next.
--
-- rule    rate, unit, capacity
-- kept    the whole microsecond, the part
local limit_leaky_bucket = {}

-- Grains that have not leaked out yet; below 0 within the microsecond that the last ones leaked out in.
function limit_leaky_bucket.water(call, kept, rate)
  if not kept then
    return 1 - rate
  end
  return math.max(1 - rate, (kept[1] - call.now) * rate + math.min(kept[2], rate - 1))
end

-- What is kept of so much water.
function limit_leaky_bucket.paid_off(call, limit)
  return { call.now + math.floor(limit.water / limit.rate), limit.water % limit.rate }
end

function limit_leaky_bucket.open(call)
  local rate = call.rule[1]
  local water = limit_leaky_bucket.water(call, limit_values.read(call), rate)
  return { rate = rate, unit = call.rule[2], capacity = call.rule[3], water = water }
end

function limit_leaky_bucket.wait(_, limit, units)
  return math.max(0, math.ceil((limit.water + units * limit.unit - limit.capacity) / limit.rate))
end

function limit_leaky_bucket.left(_, limit)
  return math.max(0, math.floor(math.min(limit.capacity, limit.capacity - limit.water) / limit.unit))
end

function limit_leaky_bucket.rest(_, limit)
  return math.max(0, math.ceil(limit.water / limit.rate))
end

function limit_leaky_bucket.spend(call, limit, units)
  limit.water = math.max(1 - limit.rate, limit.water + units * limit.unit)
  local values = limit_leaky_bucket.paid_off(call, limit)
  limit_values.keep(call, values, limit_leaky_bucket.rest(call, limit))
end
