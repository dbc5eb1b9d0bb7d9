-- What a change of a limit's rule leaves of what was spent (memory/meters.py). A rule as it is wanted is a table of
-- kind, base_rate, unit, capacity, window, floor and ceiling; kind 0: no limit.
local meter_changes = {}

-- A meter of which nothing was spent.
function meter_changes.full(now, wanted, key)
  local meter = layouts.new_meter()
  meter.kind, meter.base_rate, meter.unit = wanted.kind, wanted.base_rate, wanted.unit
  meter.capacity, meter.window, meter.key = wanted.capacity, wanted.window, key
  if meters.is_bucket(meter) then
    meter.level, meter.updated_at, meter.rate = meter.capacity + meter.base_rate - 1, now, meter.base_rate
  end
  return meter
end

-- A meter of which all was spent at a moment.
function meter_changes.empty(now, wanted, key, at)
  local meter = meter_changes.full(now, wanted, key)
  if meters.is_bucket(meter) then
    meter.level, meter.updated_at = 0, at
  elseif meter.kind == meters.FIXED_WINDOW then
    meter.level, meter.updated_at = meter.capacity, at
  elseif meter.kind == meters.SLIDING_COUNTER then
    meter.level, meter.updated_at = meter.capacity, at - at % meter.window
  else
    sliding_logs.write(meter, at, 0, meter.capacity)
  end
  return meter
end

function meter_changes.in_parts(value, old, new)
  return old == new and value or math.floor(value / old * new)
end

-- Time that is still to be paid off stays the same.
function meter_changes.carry_leaky(now, old, new)
  local water = math.max(1 - old.base_rate, old.capacity - meters.level(now, old))
  local whole = math.floor(water / old.base_rate)
  local part = water - whole * old.base_rate
  local carried = whole * new.base_rate + math.min(part, new.base_rate - 1)
  new.level, new.updated_at = new.capacity - math.max(1 - new.base_rate, carried), now
end

function meter_changes.carry_bucket(now, old, new, wanted)
  local level = meter_changes.in_parts(meters.level(now, old), old.unit, new.unit)
  if new.kind == meters.ADAPTIVE then
    local rate = meter_changes.in_parts(old.rate, old.unit, new.unit)
    new.rate = math.max(wanted.floor, math.min(wanted.ceiling, rate))
  end
  new.level, new.updated_at = math.min(new.capacity + new.rate - 1, level), now
end

function meter_changes.carry_counter(now, old, new)
  local start, current, previous = sliding_counters.at(now, old)
  if old.window == new.window then
    new.updated_at, new.level, new.previous = start, current, previous
  else
    new.updated_at, new.level, new.previous = now - now % new.window, current + previous, 0
  end
end

function meter_changes.carry_same(now, old, new, wanted)
  if new.kind == meters.LEAKY_BUCKET then
    meter_changes.carry_leaky(now, old, new)
  elseif meters.is_bucket(new) then
    meter_changes.carry_bucket(now, old, new, wanted)
  elseif new.kind == meters.FIXED_WINDOW then
    new.level, new.updated_at = meters.used(now, old), now
  elseif new.kind == meters.SLIDING_COUNTER then
    meter_changes.carry_counter(now, old, new)
  end
end

-- Under another algorithm as much is free as was.
function meter_changes.carry_left(now, old, new, key)
  local left = meters.left(now, old)
  if old.kind == meters.SLIDING_LOG then
    redis.call("DEL", key)
  end
  local over = meters.left(now, new) - left
  if over > 0 then
    meters.spend(now, new, over)
  end
end

-- What becomes of a meter, nil where there was none, when its rule does; a new one begins full, or empty at a moment.
function meter_changes.apply(now, old, wanted, key, empty_at)
  if not wanted or wanted.kind == 0 then
    if old and old.kind == meters.SLIDING_LOG then
      redis.call("DEL", key)
    end
    return nil
  end
  if not old then
    return empty_at and meter_changes.empty(now, wanted, key, empty_at)
      or meter_changes.full(now, wanted, key)
  end
  local new = meter_changes.full(now, wanted, key)
  if old.kind == new.kind then
    meter_changes.carry_same(now, old, new, wanted)
  else
    meter_changes.carry_left(now, old, new, key)
  end
  return new
end
