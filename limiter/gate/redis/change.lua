-- What a change of a limit's rule leaves of what was spent (memory/meters.py).
-- include "meter"

local function rule_of(wanted)
  return meter_record({
    kind = wanted[1], x = wanted[2], y = wanted[3], z = wanted[4], key = "", floor = wanted[5], ceiling = wanted[6],
  })
end

-- Nothing was spent.
local function meter_full(wanted, key)
  local meter = rule_of(wanted)
  meter.key, meter.a, meter.b, meter.c = key, 0, 0, 0
  if meter.kind <= BUCKETS then
    meter.a, meter.b, meter.c = meter.z + meter.x - 1, now, meter.x
  end
  return meter
end

-- All was spent at a moment.
local function meter_empty(wanted, key, at)
  local meter = meter_full(wanted, key)
  if meter.kind <= BUCKETS then
    meter.a, meter.b = 0, at
  elseif meter.kind == 4 then
    meter.a, meter.b = meter.x, at
  elseif meter.kind == 5 then
    meter.a, meter.b = at - at % meter.y, meter.x
  else
    redis.call("ZADD", key, string.format("%.0f", at), string.format("%016.0f:%.0f", 0, meter.x))
    redis.call("PEXPIRE", key, math.floor(meter.y / 1000) + 60000)
  end
  return meter
end

local function regrain(value, old, new)
  return old == new and value or math.floor(value / old * new)
end

-- Time that is still to be paid off stays the same.
local function carry_leaky(old, new)
  local water = math.max(1 - old.x, old.z - meter_level(old))
  local whole = math.floor(water / old.x)
  local part = water - whole * old.x
  return new.z - math.max(1 - new.x, whole * new.x + math.min(part, new.x - 1))
end

local function carry_bucket(old, new)
  local level = regrain(meter_level(old), old.y, new.y)
  if new.kind == 3 then
    new.c = math.max(new.floor, math.min(new.ceiling, regrain(old.c, old.y, new.y)))
  end
  return math.min(new.z + new.c - 1, level)
end

local function carry_counter(old, new)
  local start, current, previous = counter_roll(old)
  if old.y == new.y then
    new.a, new.b, new.c = start, current, previous
  else
    new.a, new.b, new.c = now - now % new.y, current + previous, 0
  end
end

local function carry_same(old, new)
  if new.kind == 2 then
    new.a, new.b = carry_leaky(old, new), now
  elseif new.kind <= BUCKETS then
    new.a, new.b = carry_bucket(old, new), now
  elseif new.kind == 4 then
    new.a, new.b = fixed_used(old), now
  elseif new.kind == 5 then
    carry_counter(old, new)
  end
end

-- The same meter under another rule.
local function meter_carried(old, wanted, key)
  local new = meter_full(wanted, key)
  if old.kind == new.kind then
    carry_same(old, new)
    return new
  end
  local left = meter_left(old)
  if old.kind == 6 then
    redis.call("DEL", key)
  end
  local over = meter_left(new) - left
  if over > 0 then
    meter_spend(new, over)
  end
  return new
end

-- What becomes of a meter when its rule does; `born` makes the one to begin with.
local function meter_changed(old, wanted, key, born)
  if not wanted or wanted[1] == 0 then
    if old and old.kind == 6 then
      redis.call("DEL", key)
    end
    return nil
  end
  if not old then
    return born(wanted, key)
  end
  return meter_carried(old, wanted, key)
end
