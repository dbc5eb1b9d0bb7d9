-- End leases whose time ran out, the oldest first; then the housekeeping, a bounded step of each kind.
--
-- KEYS     see state.lua
-- ARGV[3]  how many at most
-- reply    {lease, lease, ...}: the caller owes each job its recovery
-- cost     O(limit * log n); with a list, at most 20 LPOS where ids left it
-- include "state"
load()
-- include "wake"
-- include "lease"

local limit = tonumber(ARGV[3])

-- inline
local function lease_reply(lease, expires)
  return { lease.id, lease.job, lease.flow, lease.group, lease.hold, lease.generation, epoch, expires, lease.probe }
end

local function end_due()
  local due = redis.call("ZRANGEBYSCORE", due_key, RUNNING, now, "WITHSCORES", "LIMIT", 0, limit)
  local leases = {}
  for i = 1, #due, 2 do
    local lease = lease_of(string.sub(redis.call("HGET", records_key, "j" .. due[i]), 2))
    drop_leases({ "p" .. lease.id })
    end_lease(lease, charge_of(lease.hold), 0)
    leases[#leases + 1] = lease_reply(lease, tonumber(due[i + 1]))
  end
  forget_ended()
  return leases
end

-- Would forgetting a flow give back tokens that it has spent?
local function remembers(flow)
  local daily = own_tokens(flow)
  return daily and meter_rest(daily) > 0
end

local function forget_flow(name)
  local flow = flow_of(name)
  if remembers(flow) then
    redis.call("ZADD", base .. ":idle", now, "f" .. name)
    return
  end
  redis.call("ZREM", base .. ":parked", name)
  redis.call("HDEL", records_key, flow_field(name))
  for _, group in ipairs(cmsgpack.unpack(flow.lanes)) do
    redis.call("HDEL", records_key, lane_field(group, name))
    records[lane_field(group, name)] = nil
  end
  records[flow_field(name)] = nil
end

-- Forget flows and groups that had no work for an hour.
local function forget()
  local before = now - FORGET_AFTER
  for _, member in ipairs(redis.call("ZRANGEBYSCORE", base .. ":idle", "-inf", before, "LIMIT", 0, limit)) do
    redis.call("ZREM", base .. ":idle", member)
    local name = string.sub(member, 2)
    if string.sub(member, 1, 1) == "f" then
      forget_flow(name)
    else
      redis.call("HDEL", records_key, group_field(name))
      records[group_field(name)] = nil
    end
  end
end

load_tally()
local leases = end_due()
if #leases > 0 then
  count("expired", #leases)
  wake(#leases)
end
redis.call("ZREMRANGEBYSCORE", base .. ":buried", "-inf", now)
sweep_list()
save_all()
forget()
return leases
