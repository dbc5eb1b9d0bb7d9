-- May a call go through?
--
-- KEYS     see circuit.lua
-- ARGV[2]  names the probe, should it be one; ARGV[3] microseconds until it is given up
-- reply    {admitted, generation, probe, reason or "", microseconds to wait or -1}
-- cost     O(log n) in probes
-- include "circuit"
breaker_advance()
local generation = state.generation
local reason, at = breaker_refusal()
local probe = not reason and breaker_wants_probe()
save()
if reason then
  return { 0, generation, 0, reason, at and at - now or -1 }
end
if probe then
  redis.call("ZREMRANGEBYSCORE", KEYS[2], "-inf", string.format("%.0f", now))
  redis.call("ZADD", KEYS[2], string.format("%.0f", now + ARGV[3]), ARGV[2])
  redis.call("PEXPIRE", KEYS[2], WEEK)
end
return { 1, generation, probe and 1 or 0, "", -1 }
