-- What every algorithm is given. The rule travels with each call, so that a change acts at the next one.
--
-- KEYS[1]  what this key has spent under this algorithm
-- ARGV[1]  peek, take, charge (whatever is left; negative gives back) or set_rate (adaptive)
-- ARGV[2]  units, or the rate
-- ARGV[3...] the rule: whole numbers (rules.py)
-- reply    {wait, units free, microseconds until one is, until all are, rate or 0}
-- include "clock"
local SLACK = 60000 -- milliseconds that a key at rest is kept: expiry never forgets what counts
local operation, units = ARGV[1], tonumber(ARGV[2])
local now = clock()
local adapted = 0 -- the rate in force, where it can be set

-- What was kept of this key, if anything.
local function kept()
  local packed = redis.call("GET", KEYS[1])
  return packed and cmsgpack.unpack(packed)
end

local function keep(values, rest, slack)
  redis.call("SET", KEYS[1], cmsgpack.pack(values), "PX", math.floor(rest / 1000) + (slack or SLACK))
end
