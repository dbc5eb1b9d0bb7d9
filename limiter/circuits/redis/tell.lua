-- How a call ended.
--
-- KEYS     see circuit.lua
-- ARGV[2]  the probe or "", its generation, outcome, retry_after in microseconds, a random number in [0, 1)
-- reply    nothing
-- cost     O(log n) in probes
-- include "circuit"
local given_up = redis.call("ZSCORE", KEYS[2], ARGV[2])
local probe = given_up and tonumber(given_up) > now
if given_up then
  redis.call("ZREM", KEYS[2], ARGV[2])
end
if tonumber(ARGV[3]) == state.generation then
  breaker_feed(ARGV[4], probe, tonumber(ARGV[5]), tonumber(ARGV[6]), false)
  save()
end
return 0
