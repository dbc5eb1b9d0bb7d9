-- A limit by name that remembers every spending for one window, in a sorted set: the score is its moment, the member
-- what was spent before it (since the log was last empty) and its cost. What is in the window is a difference of
-- running totals, and the entry that has to leave before there is room is found by bisection.
--
-- rule    capacity, window
-- cost    O(log n) in the entries of one window, two of them for each doubling; O(m) for m that left it
local limit_sliding_log = {}

function limit_sliding_log.entry_of(reply)
  if not reply[1] then
    return nil
  end
  local before, cost = string.match(reply[1], "^(%d+):(%d+)$")
  return { member = reply[1], before = tonumber(before), after = before + cost, at = tonumber(reply[2]) }
end

function limit_sliding_log.entry_at(call, rank)
  return limit_sliding_log.entry_of(redis.call("ZRANGE", call.key, rank, rank, "WITHSCORES"))
end

-- The first entry behind a moment. One of that moment has left the window.
function limit_sliding_log.oldest_after(call, moment)
  local reply = redis.call("ZRANGEBYSCORE", call.key, "(" .. moment, "+inf", "WITHSCORES", "LIMIT", 0, 1)
  return limit_sliding_log.entry_of(reply)
end

function limit_sliding_log.open(call)
  local newest = limit_sliding_log.entry_at(call, -1)
  local moment = newest and math.max(call.now, newest.at) or call.now
  local gone = string.format("%.0f", moment - call.rule[2]) -- entries up to here have left the window
  return {
    capacity = call.rule[1], window = call.rule[2], newest = newest, moment = moment, gone = gone,
    oldest = newest and limit_sliding_log.oldest_after(call, gone),
  }
end

function limit_sliding_log.used(limit)
  return limit.oldest and limit.newest.after - limit.oldest.before or 0
end

-- The first entry at which so much was spent.
function limit_sliding_log.entry_with(call, oldest, enough)
  if oldest.after >= enough then
    return oldest
  end
  local high = redis.call("ZCARD", call.key) - 1
  local low = redis.call("ZRANK", call.key, oldest.member) + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if limit_sliding_log.entry_at(call, middle).after >= enough then
      high = middle
    else
      low = middle + 1
    end
  end
  return limit_sliding_log.entry_at(call, low)
end

function limit_sliding_log.wait(call, limit, units)
  local excess = limit_sliding_log.used(limit) + units - limit.capacity
  if excess <= 0 then
    return 0
  end
  local last = limit_sliding_log.entry_with(call, limit.oldest, limit.oldest.before + excess)
  return last.at + limit.window - call.now
end

function limit_sliding_log.left(_, limit)
  return math.max(0, limit.capacity - limit_sliding_log.used(limit))
end

function limit_sliding_log.rest(call, limit)
  return limit.oldest and limit.newest.at + limit.window - call.now or 0
end

function limit_sliding_log.spend(call, limit, units)
  redis.call("ZREMRANGEBYSCORE", call.key, "-inf", limit.gone)
  local before = limit.oldest and limit.newest.after or 0
  -- Padded, for entries of one moment are in the order of their text.
  local member = string.format("%016.0f:%.0f", before, units)
  redis.call("ZADD", call.key, string.format("%.0f", limit.moment), member)
  limit.newest = { member = member, before = before, after = before + units, at = limit.moment }
  limit.oldest = limit.oldest or limit.newest
  local milliseconds = math.floor(limit_sliding_log.rest(call, limit) / 1000) + limit_values.SLACK
  redis.call("PEXPIRE", call.key, milliseconds)
end
