-- One limit, under one of the six algorithms (limiter/limits): how long to wait, spend, give back. Levels are
-- whole grains, moments and waits microseconds.
--
--   kind                                      x      y       z          a        b        c
--   1 token bucket, 2 leaky bucket, 3 adaptive  rate   grain   capacity   level    at       rate in force
--   4 fixed window                            units  window             count    last
--   5 sliding counter                         units  window             start    current  previous
--   6 sliding log                             units  window             (entries in a sorted set, `key`)
--
-- A leaky bucket is reckoned by the room that it has, which is a token bucket's level.
-- record meter rate daily requests tokens day old new
--   kind x y z a b c
--   | | key floor ceiling
local BUCKETS = 3

-- Compared, where math.min and math.max would be calls: several meters are looked at for each job.
local function meter_level(meter)
  local level, most = meter.a, meter.z + meter.c - 1
  if now > meter.b then
    level = level + (now - meter.b) * meter.c
  end
  if level > most then
    return most
  end
  return level
end

-- Units that can ever pass at once.
-- inline
local function meter_most(meter)
  return meter.kind <= BUCKETS and math.floor(meter.z / meter.y) or meter.x
end

-- Sliding log: the score of an entry is its moment, its member what was spent before it and its cost.
local function log_entry(reply)
  if not reply[1] then
    return nil
  end
  local before, cost = string.match(reply[1], "^(%d+):(%d+)$")
  return { member = reply[1], before = tonumber(before), after = before + cost, at = tonumber(reply[2]) }
end

local function log_at(meter, rank)
  return log_entry(redis.call("ZRANGE", meter.key, rank, rank, "WITHSCORES"))
end

-- The newest entry, and the oldest within the window.
local function log_ends(meter)
  local newest = log_at(meter, -1)
  local since = "(" .. string.format("%.0f", now - meter.y)
  local oldest = newest
    and log_entry(redis.call("ZRANGEBYSCORE", meter.key, since, "+inf", "WITHSCORES", "LIMIT", 0, 1))
  return newest, oldest
end

local function log_wait(meter, units)
  local newest, oldest = log_ends(meter)
  local excess = (oldest and newest.after - oldest.before or 0) + units - meter.x
  if excess <= 0 then
    return 0
  end
  local enough = oldest.before + excess
  if oldest.after >= enough then
    return oldest.at + meter.y - now
  end
  local low, high = redis.call("ZRANK", meter.key, oldest.member) + 1, redis.call("ZCARD", meter.key) - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if log_at(meter, middle).after >= enough then
      high = middle
    else
      low = middle + 1
    end
  end
  return log_at(meter, low).at + meter.y - now
end

local function log_spend(meter, units)
  local newest, oldest = log_ends(meter)
  local before = oldest and newest.after or 0
  redis.call("ZREMRANGEBYSCORE", meter.key, "-inf", string.format("%.0f", now - meter.y))
  -- Padded, for entries of one moment are in the order of their text.
  redis.call("ZADD", meter.key, string.format("%.0f", now), string.format("%016.0f:%.0f", before, units))
  redis.call("PEXPIRE", meter.key, math.floor(meter.y / 1000) + 60000)
end

-- Sliding counter: this window's start and count, the last one's, and how much of it has passed.
local function counter_roll(meter)
  local passed = now % meter.y
  local start = now - passed
  if meter.a == start then
    return start, meter.b, meter.c, passed
  end
  return start, 0, meter.a == start - meter.y and meter.b or 0, passed
end

local function counter_wait(meter, units)
  local start, current, previous, passed = counter_roll(meter)
  local room = meter.x - current - units
  if room < 0 then
    -- The next window, in which this one's count has faded far enough.
    local fits = math.floor((meter.x - units) * meter.y / current)
    return start + meter.y + math.max(0, meter.y - fits) - now
  end
  if previous * (meter.y - passed) <= room * meter.y then
    return 0
  end
  return start + meter.y - math.floor(room * meter.y / previous) - now
end

-- inline
local function fixed_used(meter)
  return meter.b >= now - now % meter.y and meter.a or 0
end

-- rare
local function window_wait(meter, units)
  return meter.kind == 5 and counter_wait(meter, units) or meter.kind == 6 and log_wait(meter, units)
end

-- rare
local function window_spend(meter, units)
  if meter.kind == 5 then
    local start, current, previous = counter_roll(meter)
    meter.a, meter.b, meter.c = start, current + units, previous
  elseif units > 0 then
    log_spend(meter, units)
  end
end

-- What could never pass at once passes when all is free, into debt: a limit may have been lowered.
local function meter_wait(meter, units)
  if meter.kind == 4 then
    return fixed_used(meter) + math.min(units, meter.x) <= meter.x and 0 or meter.y - now % meter.y
  elseif meter.kind > BUCKETS then
    return window_wait(meter, math.min(units, meter.x))
  end
  local wanted = units * meter.y
  local level = meter_level(meter)
  if wanted > meter.z then
    wanted = meter_most(meter) * meter.y
  end
  return wanted > level and math.ceil((wanted - level) / meter.c) or 0
end

local function meter_spend(meter, units)
  if meter.kind == 4 then
    meter.a, meter.b = math.max(0, fixed_used(meter) + units), now
    return
  elseif meter.kind > BUCKETS then
    return window_spend(meter, units)
  end
  local level = meter_level(meter)
  local left, most = level - units * meter.y, meter.z + meter.c - 1
  meter.a, meter.b = left < most and left or most, now
end

-- inline
local function meter_refunds(meter)
  return meter.kind <= 4
end

-- rare
local function window_left(meter)
  if meter.kind == 4 then
    return math.max(0, meter.x - fixed_used(meter))
  elseif meter.kind == 5 then
    local _, current, previous, passed = counter_roll(meter)
    return math.max(0, meter.x - current - math.ceil(previous * (meter.y - passed) / meter.y))
  end
  local newest, oldest = log_ends(meter)
  return math.max(0, meter.x - (oldest and newest.after - oldest.before or 0))
end

-- Whole units that are free.
local function meter_left(meter)
  if meter.kind > BUCKETS then
    return window_left(meter)
  end
  return math.max(0, math.floor(math.min(meter.z, meter_level(meter)) / meter.y))
end

-- rare
local function window_rest(meter)
  if meter.kind == 4 then
    return fixed_used(meter) > 0 and meter.y - now % meter.y or 0
  elseif meter.kind == 5 then
    local start, current, previous = counter_roll(meter)
    if current > 0 then
      return start + 2 * meter.y - now
    end
    return previous > 0 and start + meter.y - now or 0
  end
  local newest, oldest = log_ends(meter)
  return oldest and newest.at + meter.y - now or 0
end

-- Microseconds until all is free.
local function meter_rest(meter)
  if meter.kind > BUCKETS then
    return window_rest(meter)
  end
  local missing = meter.z - meter_level(meter)
  return missing > 0 and math.ceil(missing / meter.c) or 0
end
