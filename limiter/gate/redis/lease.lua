-- Leases: the permits in force.
--
--   <base>:leases    hash, lease -> packed record
--   <base>:expiry    sorted set of leases by the moment they end
--   <base>:running   hash, job -> lease
--   <base>:buried    sorted set of reinstalled leases that ended, by until when that is remembered
-- include "mirror"

local function lease_of(id)
  local packed = redis.call("HGET", base .. ":leases", id)
  local lease = packed and cmsgpack.unpack(packed)
  if lease then
    lease.id = id
  end
  return lease
end

local function store_lease(lease)
  local id = lease.id
  lease.id = nil
  redis.call("HSET", base .. ":leases", id, cmsgpack.pack(lease))
  lease.id = id
end

-- A lease as the reply carries it.
local function lease_reply(lease, expires)
  return {
    lease.id, lease.job, lease.flow, lease.group, lease.tokens, lease.generation, state.epoch, expires,
    lease.probe and 1 or 0,
  }
end

local function enforce(lease, expires)
  store_lease(lease)
  redis.call("ZADD", base .. ":expiry", expires, lease.id)
  redis.call("HSET", base .. ":running", lease.job, lease.id)
  state.in_flight = state.in_flight + 1
end

-- Free the slot and correct what the lease was charged.
local function end_lease(lease, used)
  redis.call("HDEL", base .. ":leases", lease.id)
  redis.call("ZREM", base .. ":expiry", lease.id)
  redis.call("HDEL", base .. ":running", lease.job)
  state.in_flight = state.in_flight - 1
  if lease.probe then
    state.probes = state.probes - 1
  end
  local flow, group = flow_of(lease.flow), group_of(lease.group)
  local over = used - lease.charge
  if over ~= 0 then
    correct(flow, group, over / lease.weight, over / lease.group_weight)
  end
  ended(flow)
  release(flow, group)
  if lease.reinstalled then
    redis.call("ZADD", base .. ":buried", now + 10 * rules.lease, lease.id)
  end
  readmit(lease.job)
end
