-- A limit under the sliding log: a sorted set that remembers every spending for one window. The score of an entry is
-- its moment, its member what was spent before it and its cost, so what a window holds is a difference of totals.
local sliding_logs = { SLACK = 60000 } -- milliseconds that a set outlives its last entry's window

function sliding_logs.entry_of(reply)
  if not reply[1] then
    return nil
  end
  local before, cost = string.match(reply[1], "^(%d+):(%d+)$")
  return { member = reply[1], before = tonumber(before), after = before + cost, at = tonumber(reply[2]) }
end

function sliding_logs.entry_at(meter, rank)
  return sliding_logs.entry_of(redis.call("ZRANGE", meter.key, rank, rank, "WITHSCORES"))
end

-- The newest entry, and the oldest within the window.
function sliding_logs.ends(now, meter)
  local newest = sliding_logs.entry_at(meter, -1)
  local since = "(" .. string.format("%.0f", now - meter.window)
  local oldest = newest
    and sliding_logs.entry_of(redis.call("ZRANGEBYSCORE", meter.key, since, "+inf", "WITHSCORES", "LIMIT", 0, 1))
  return newest, oldest
end

function sliding_logs.used(newest, oldest)
  return oldest and newest.after - oldest.before or 0
end

-- The first entry, from the oldest on, at which so much was spent: found by bisection.
function sliding_logs.entry_with(meter, oldest, enough)
  if oldest.after >= enough then
    return oldest
  end
  local low, high = redis.call("ZRANK", meter.key, oldest.member) + 1, redis.call("ZCARD", meter.key) - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if sliding_logs.entry_at(meter, middle).after >= enough then
      high = middle
    else
      low = middle + 1
    end
  end
  return sliding_logs.entry_at(meter, low)
end

-- Microseconds until so many units are free: the entries that have to leave for them have left.
function sliding_logs.wait(now, meter, units)
  local newest, oldest = sliding_logs.ends(now, meter)
  local excess = sliding_logs.used(newest, oldest) + units - meter.capacity
  if excess <= 0 then
    return 0
  end
  local last = sliding_logs.entry_with(meter, oldest, oldest.before + excess)
  return last.at + meter.window - now
end

function sliding_logs.write(meter, at, before, units)
  -- Padded, for entries of one moment are in the order of their text.
  redis.call("ZADD", meter.key, string.format("%.0f", at), string.format("%016.0f:%.0f", before, units))
  redis.call("PEXPIRE", meter.key, math.floor(meter.window / 1000) + sliding_logs.SLACK)
end

function sliding_logs.spend(now, meter, units)
  local newest, oldest = sliding_logs.ends(now, meter)
  redis.call("ZREMRANGEBYSCORE", meter.key, "-inf", string.format("%.0f", now - meter.window))
  sliding_logs.write(meter, now, oldest and newest.after or 0, units)
end

-- Units that are free.
function sliding_logs.left(now, meter)
  return math.max(0, meter.capacity - sliding_logs.used(sliding_logs.ends(now, meter)))
end

-- Microseconds until all is free.
function sliding_logs.rest(now, meter)
  local newest, oldest = sliding_logs.ends(now, meter)
  return oldest and newest.at + meter.window - now or 0
end
