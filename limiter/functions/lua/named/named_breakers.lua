-- Breakers by name, for any code: one outside any upstream, under the gate's own rules (breakers.lua).
--
-- KEYS[1]  its state, [2] probes in flight, by the moment at which each is given up
-- ARGV[1]  its rule (JSON)
-- cost     O(log n) in probes
local named_breakers = { WEEK = 604800000 } -- milliseconds; one of which nothing is heard for so long is closed

function named_breakers.open(keys, args)
  local now, packed = clock.now(), redis.call("GET", keys[1])
  local state = packed and cmsgpack.unpack(packed) or {
    breaker = breakers.CLOSED, generation = 0, failures = 0, successes = 0, opens = 0, retry_at = 0, throttles = 0,
    calls = 0, failed = 0, slow = 0,
  }
  if state.breaker == breakers.CLOSED then
    state.probes = 0
  else
    state.probes = redis.call("ZCOUNT", keys[2], "(" .. string.format("%.0f", now), "+inf")
  end
  return {
    now = now, base = keys[1], probes_key = keys[2], packed = packed, tuning = cjson.decode(args[1]),
    state = state, statistics = state,
  }
end

function named_breakers.is_worth_keeping(state)
  return state.generation > 0 or state.failures > 0 or state.calls > 0
end

-- Writes only what has changed: a call through a healthy breaker writes nothing.
function named_breakers.save(call)
  local state = call.state
  state.probes = nil
  local packed = cmsgpack.pack(state)
  if packed ~= call.packed and (call.packed or named_breakers.is_worth_keeping(state)) then
    local open_time = math.max(0, math.floor((state.retry_at - call.now) / 1000))
    redis.call("SET", call.base, packed, "PX", open_time + named_breakers.WEEK)
    redis.call("PEXPIRE", call.base .. ":window", named_breakers.WEEK)
  end
end

-- May a call go through?
--
-- ARGV[2]  names the probe, should it be one; [3] microseconds until it is given up
-- reply    {admitted, generation, probe, reason or "", microseconds to wait or -1}
function named_breakers.allow(keys, args)
  local call = named_breakers.open(keys, args)
  breakers.advance(call)
  local generation = call.state.generation
  local reason, at = breakers.refusal(call)
  local probe = not reason and breakers.wants_probe(call)
  named_breakers.save(call)
  if reason then
    return { 0, generation, 0, reason, at and at - call.now or -1 }
  end
  if probe then
    redis.call("ZREMRANGEBYSCORE", call.probes_key, "-inf", string.format("%.0f", call.now))
    redis.call("ZADD", call.probes_key, string.format("%.0f", call.now + args[3]), args[2])
    redis.call("PEXPIRE", call.probes_key, named_breakers.WEEK)
  end
  return { 1, generation, probe and 1 or 0, "", -1 }
end

-- How a call ended.
--
-- ARGV[2]  the probe or "", its generation, outcome, retry_after in microseconds, a random number in [0, 1)
-- reply    0
function named_breakers.record(keys, args)
  local call = named_breakers.open(keys, args)
  local given_up = redis.call("ZSCORE", call.probes_key, args[2])
  local probe = given_up and tonumber(given_up) > call.now
  if given_up then
    redis.call("ZREM", call.probes_key, args[2])
  end
  if tonumber(args[3]) == call.state.generation then
    breakers.feed(call, args[4], probe, tonumber(args[5]), tonumber(args[6]), false)
    named_breakers.save(call)
  end
  return 0
end

-- The breaker's state as it acts: closed, open or half_open. Reads only.
function named_breakers.state(keys, args)
  return breakers.name(breakers.acting(named_breakers.open(keys, args)))
end
