-- Concurrency limits by name: at most so many leases at once, given in the order in which they were asked for. A lease
-- that is not renewed ends, and its place goes to the next.
--
-- KEYS[1]  the leases in force, by when they end; <key>:line and <key>:heard (lines.lua)
-- ARGV[1]  the most at once, [2] microseconds of a lease, [3] its id
-- cost     O(log n) in the leases and those that wait
local concurrency = {}

function concurrency.open(keys, args)
  local call = { now = clock.now(), key = keys[1], most = tonumber(args[1]), lease = tonumber(args[2]) }
  lines.name_keys(call)
  redis.call("ZREMRANGEBYSCORE", call.key, "-inf", call.now)
  lines.forget_silent(call)
  return call
end

function concurrency.free(call)
  return call.most - redis.call("ZCARD", call.key)
end

function concurrency.hold(call, id)
  redis.call("ZADD", call.key, call.now + call.lease, id)
  redis.call("PEXPIRE", call.key, math.ceil(call.lease / 1000) + lines.KEPT)
end

function concurrency.answer(call, held, id)
  local first = redis.call("ZRANGE", call.key, 0, 0, "WITHSCORES")
  return {
    held and 1 or 0, redis.call("ZCARD", call.key), lines.ahead(call, id), first[2] and first[2] - call.now or -1,
  }
end

-- Is its turn there? One that comes now stands behind all that wait.
function concurrency.may_hold(call, id)
  return redis.call("ZSCORE", call.key, id) or concurrency.free(call) > lines.ahead(call, id)
end

-- Ask for a lease.
--
-- ARGV[4]  1: stand in line for it
-- reply    {1 or 0, leases in force, waiting ahead, microseconds until the next lease ends or -1}
function concurrency.take(keys, args)
  local call, id = concurrency.open(keys, args), args[3]
  local held = concurrency.may_hold(call, id)
  if held then
    concurrency.hold(call, id)
    lines.leave(call, id)
  elseif args[4] == "1" then
    lines.join(call, id)
  end
  return concurrency.answer(call, held, id)
end

-- End a lease, or the wait for one.
--
-- reply    1, or 0 where there was neither
function concurrency.give_back(keys, args)
  local call, id = concurrency.open(keys, args), args[3]
  local ended = redis.call("ZREM", call.key, id) + lines.leave(call, id)
  lines.wake(call, concurrency.free(call))
  return ended > 0 and 1 or 0
end

-- Renew leases. One that is not known (this memory is new, or it ended) holds again where there is room for it beside
-- those that wait.
--
-- ARGV[3...]  ids
-- reply       {ids of the lost ones}
function concurrency.renew(keys, args)
  local call, lost = concurrency.open(keys, args), {}
  for i = 3, #args do
    if concurrency.may_hold(call, args[i]) then
      concurrency.hold(call, args[i])
    else
      lost[#lost + 1] = args[i]
    end
  end
  return lost
end

-- Leases in force and those that wait. Reads only.
function concurrency.state(keys)
  local call = { now = clock.now(), key = keys[1] }
  lines.name_keys(call)
  local after = "(" .. string.format("%.0f", call.now)
  return { redis.call("ZCOUNT", call.key, after, "+inf"), redis.call("ZCOUNT", call.heard_key, after, "+inf") }
end
