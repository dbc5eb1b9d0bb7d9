-- Remembers every spending for one window, in a sorted set: the score is its moment, the member what was
-- spent before it (since the log was last empty) and its cost. What is in the window is a difference of
-- running totals, and the entry that has to leave before there is room is found by bisection.
--
-- ARGV     see meter.lua; the rule: limit, window
-- cost     O(log n) in the entries of one window, two of them for each doubling; O(m) for m that left it
-- include "meter"
local limit, window = tonumber(ARGV[3]), tonumber(ARGV[4])

local function entry_of(reply)
  if not reply[1] then
    return nil
  end
  local before, cost = string.match(reply[1], "^(%d+):(%d+)$")
  return { member = reply[1], before = tonumber(before), after = before + cost, at = tonumber(reply[2]) }
end

local function entry_at(rank)
  return entry_of(redis.call("ZRANGE", KEYS[1], rank, rank, "WITHSCORES"))
end

local newest = entry_at(-1)
local moment = newest and math.max(now, newest.at) or now
local gone = string.format("%.0f", moment - window) -- entries up to here have left the window
local oldest = newest and entry_of(redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. gone, "+inf", "WITHSCORES", "LIMIT", 0, 1))

local function used()
  return oldest and newest.after - oldest.before or 0
end

local function meter_wait(cost)
  local excess = used() + cost - limit
  if excess <= 0 then
    return 0
  end
  local enough = oldest.before + excess
  if oldest.after >= enough then
    return oldest.at + window - now
  end
  local high = redis.call("ZCARD", KEYS[1]) - 1
  local low = redis.call("ZRANK", KEYS[1], oldest.member) + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entry_at(middle).after >= enough then
      high = middle
    else
      low = middle + 1
    end
  end
  return entry_at(low).at + window - now
end

local function meter_left()
  return math.max(0, limit - used())
end

local function meter_rest()
  return oldest and newest.at + window - now or 0
end

local function meter_spend(cost)
  redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", gone)
  local before = oldest and newest.after or 0
  -- Padded, for entries of one moment are in the order of their text.
  local member = string.format("%016.0f:%.0f", before, cost)
  redis.call("ZADD", KEYS[1], string.format("%.0f", moment), member)
  newest = { member = member, before = before, after = before + cost, at = moment }
  oldest = oldest or newest
  redis.call("PEXPIRE", KEYS[1], math.floor(meter_rest() / 1000) + SLACK)
end
-- include "operate"
