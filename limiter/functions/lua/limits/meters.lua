-- One limit of an upstream or a flow, under one of the six algorithms (limiter/limits): how long to wait, spend, give
-- back. Moments and waits are microseconds, levels of buckets whole parts.
--
--                       bucket (token, leaky, adaptive)     window (fixed, sliding counter, sliding log)
--   kind                its algorithm
--   base_rate           parts a microsecond, as configured
--   unit                parts of a unit
--   capacity            parts of a full bucket             units that a window lets pass
--   window                                                  its length
--   level               parts that are there               units spent in the window
--   updated_at          when that was so                    fixed: last spent; counter: the window's start
--   rate                parts a microsecond, in force
--   previous                                                counter: units spent in the window before
--   key                                                     log: the sorted set that holds it all
--
-- A leaky bucket is reckoned by the room that it has, which is a token bucket's level.
local meters = {
  TOKEN_BUCKET = 1, LEAKY_BUCKET = 2, ADAPTIVE = 3, FIXED_WINDOW = 4, SLIDING_COUNTER = 5, SLIDING_LOG = 6,
}

function meters.is_bucket(meter)
  return meter.kind <= meters.ADAPTIVE
end

-- Grains in a bucket. Compared, where math.min would be a call: several meters are looked at for each job.
function meters.level(now, meter)
  local level, most = meter.level, meter.capacity + meter.rate - 1
  if now > meter.updated_at then
    level = level + (now - meter.updated_at) * meter.rate
  end
  if level > most then
    return most
  end
  return level
end

-- Units that can ever pass at once.
function meters.most(meter)
  return meters.is_bucket(meter) and math.floor(meter.capacity / meter.unit) or meter.capacity
end

-- Units that a fixed window has spent.
function meters.used(now, meter)
  return meter.updated_at >= now - now % meter.window and meter.level or 0
end

-- Microseconds until so many units may pass. What could never pass at once passes when all is free, into debt: a
-- limit may have been lowered.
function meters.wait(now, meter, units)
  local kind = meter.kind
  if kind > meters.ADAPTIVE then
    units = math.min(units, meter.capacity)
    if kind == meters.FIXED_WINDOW then
      local fits = meters.used(now, meter) + units <= meter.capacity
      return fits and 0 or meter.window - now % meter.window
    elseif kind == meters.SLIDING_COUNTER then
      return sliding_counters.wait(now, meter, units)
    end
    return sliding_logs.wait(now, meter, units)
  end
  local wanted, level = units * meter.unit, meters.level(now, meter)
  if wanted > meter.capacity then
    wanted = meters.most(meter) * meter.unit
  end
  return wanted > level and math.ceil((wanted - level) / meter.rate) or 0
end

function meters.spend_in_window(now, meter, units)
  if meter.kind == meters.FIXED_WINDOW then
    meter.level, meter.updated_at = math.max(0, meters.used(now, meter) + units), now
  elseif meter.kind == meters.SLIDING_COUNTER then
    sliding_counters.spend(now, meter, units)
  elseif units > 0 then
    sliding_logs.spend(now, meter, units)
  end
end

-- Spend so many units, into debt where they are not free; negative gives back.
function meters.spend(now, meter, units)
  if meter.kind > meters.ADAPTIVE then
    return meters.spend_in_window(now, meter, units)
  end
  local left, most = meters.level(now, meter) - units * meter.unit, meter.capacity + meter.rate - 1
  meter.level, meter.updated_at = left < most and left or most, now
end

-- Can it take back what was spent?
function meters.refunds(meter)
  return meter.kind <= meters.FIXED_WINDOW
end

-- Whole units that are free.
function meters.left(now, meter)
  if meter.kind == meters.FIXED_WINDOW then
    return math.max(0, meter.capacity - meters.used(now, meter))
  elseif meter.kind == meters.SLIDING_COUNTER then
    return sliding_counters.left(now, meter)
  elseif meter.kind == meters.SLIDING_LOG then
    return sliding_logs.left(now, meter)
  end
  return math.max(0, math.floor(math.min(meter.capacity, meters.level(now, meter)) / meter.unit))
end

-- Microseconds until all is free.
function meters.rest(now, meter)
  if meter.kind == meters.FIXED_WINDOW then
    return meters.used(now, meter) > 0 and meter.window - now % meter.window or 0
  elseif meter.kind == meters.SLIDING_COUNTER then
    return sliding_counters.rest(now, meter)
  elseif meter.kind == meters.SLIDING_LOG then
    return sliding_logs.rest(now, meter)
  end
  local missing = meter.capacity - meters.level(now, meter)
  return missing > 0 and math.ceil(missing / meter.rate) or 0
end
