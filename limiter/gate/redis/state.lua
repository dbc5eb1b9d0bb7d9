-- What every operation reads first: the rules in force and the upstream's shared state, each packed in one
-- value, both read by one call.
--
-- KEYS[1]  the base of all keys of this upstream
-- KEYS[2]  the list that is the membership of the line, or "" where the line stands alone
-- ARGV[1]  names a new epoch, should the memory be gone
-- ARGV[2]  prefix of the hashes that hold the jobs of that list
-- include "clock"

local SCHEMA = 1
local base, list = KEYS[1], KEYS[2]
local now = clock()
local rules, state

local function load()
  local packed = redis.call("MGET", base .. ":rules", base .. ":state")
  rules = packed[1] and cmsgpack.unpack(packed[1])
  state = packed[2] and cmsgpack.unpack(packed[2])
  if not state then
    -- The bucket starts empty: a memory that was lost never gives a free burst.
    state = {
      schema = SCHEMA, epoch = ARGV[1] .. "-" .. string.format("%.0f", now),
      level = 0, at = now, in_flight = 0, virtual = 0, mean = 0, sweep = 0,
      breaker = "closed", generation = 0, failures = 0, successes = 0, opens = 0, retry_at = 0, probes = 0,
    }
    redis.call("SET", base .. ":state", cmsgpack.pack(state))
  end
  if state.schema > SCHEMA then
    error("GATE_SCHEMA " .. state.schema)
  end
end

local function save()
  redis.call("SET", base .. ":state", cmsgpack.pack(state))
end

local function count(name, by)
  redis.call("HINCRBY", base .. ":counters", name, by or 1)
end

load()
