-- One breaker outside any upstream, under the gate's own rules.
--
-- KEYS[1]  its state
-- KEYS[2]  probes in flight, by the moment at which each is given up
-- ARGV[1]  its rule (JSON)
-- include "clock"
local WEEK = 604800000 -- milliseconds; a breaker of which nothing is heard for so long is closed
local now = clock()
local base = KEYS[1]
local tuning = cjson.decode(ARGV[1])
local packed = redis.call("GET", base)
local state = packed and cmsgpack.unpack(packed)
  or {
    breaker = 0, generation = 0, failures = 0, successes = 0, opens = 0, retry_at = 0, throttles = 0,
    calls = 0, failed = 0, slow = 0,
  }
local tally = state
state.probes = state.breaker == 0 and 0 or redis.call("ZCOUNT", KEYS[2], "(" .. string.format("%.0f", now), "+inf")

-- Nobody asks for the history of a breaker outside a gate.
local function note()
end

-- include "breaker"

-- Writes only what has changed: a call through a healthy breaker writes nothing.
local function save()
  state.probes = nil
  local after = cmsgpack.pack(state)
  if after ~= packed and (packed or state.generation > 0 or state.failures > 0 or state.calls > 0) then
    redis.call("SET", base, after, "PX", math.max(0, math.floor((state.retry_at - now) / 1000)) + WEEK)
    redis.call("PEXPIRE", base .. ":window", WEEK)
  end
end
