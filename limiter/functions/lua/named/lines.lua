-- Lines of those that wait by name: in the order in which they came, each woken when its turn may have come. One of
-- which nothing is heard for a while has left.
--
--   <key>:line      sorted set: the ids that wait, by the number that each drew
--   <key>:heard     sorted set: the same, by when each is given up
--   <key>:wake:<id> list: a token for the one that sleeps
local lines = {
  PATIENCE = 5000000, -- microseconds that a silent one keeps its place: it asks again every second
  KEPT = 60000, -- milliseconds that keys of which nobody asks are kept
  AT_ONCE = 100, -- silent ones that one call takes out
}

function lines.name_keys(call)
  call.line_key, call.heard_key = call.key .. ":line", call.key .. ":heard"
end

function lines.forget_silent(call)
  local silent = redis.call("ZRANGEBYSCORE", call.heard_key, "-inf", call.now, "LIMIT", 0, lines.AT_ONCE)
  if silent[1] then
    redis.call("ZREM", call.line_key, unpack(silent))
    redis.call("ZREM", call.heard_key, unpack(silent))
  end
end

-- How many wait before this one, or before one that comes now.
function lines.ahead(call, id)
  return redis.call("ZRANK", call.line_key, id) or redis.call("ZCARD", call.line_key)
end

function lines.next_number(call)
  local last = redis.call("ZRANGE", call.line_key, -1, -1, "WITHSCORES")
  return last[2] and math.max(call.now, last[2] + 1) or call.now
end

-- Stand in line, or be heard of again.
function lines.join(call, id)
  if not redis.call("ZRANK", call.line_key, id) then
    redis.call("ZADD", call.line_key, lines.next_number(call), id)
  end
  redis.call("ZADD", call.heard_key, call.now + lines.PATIENCE, id)
  redis.call("PEXPIRE", call.line_key, lines.KEPT)
  redis.call("PEXPIRE", call.heard_key, lines.KEPT)
end

function lines.leave(call, id)
  redis.call("ZREM", call.heard_key, id)
  redis.call("DEL", call.key .. ":wake:" .. id)
  return redis.call("ZREM", call.line_key, id)
end

-- Wake the first ones.
function lines.wake(call, count)
  for _, id in ipairs(count > 0 and redis.call("ZRANGE", call.line_key, 0, count - 1) or {}) do
    local key = call.key .. ":wake:" .. id
    redis.call("RPUSH", key, 1)
    redis.call("LTRIM", key, -1, -1)
    redis.call("PEXPIRE", key, lines.KEPT)
  end
end

-- Give up the wait for a limit.
--
-- KEYS[1]  what the line is for
-- ARGV[1]  id
-- reply    1, or 0 where it did not wait
-- cost     O(log n) in those that wait
function lines.give_up(keys, args)
  local call = { now = clock.now(), key = keys[1] }
  lines.name_keys(call)
  lines.forget_silent(call)
  local left = lines.leave(call, args[1])
  lines.wake(call, 1)
  return left
end
