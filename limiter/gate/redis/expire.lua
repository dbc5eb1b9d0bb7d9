-- End leases whose time ran out, the oldest first; then the housekeeping, a bounded step of each kind.
--
-- KEYS     see state.lua
-- ARGV[3]  how many at most
-- reply    {lease, lease, ...}: the caller owes each job its recovery
-- cost     O(limit * log n); with a list, at most 20 LPOS where ids left it
-- include "state"
-- include "wake"
-- include "lease"

local limit = tonumber(ARGV[3])

local function end_due()
  local due = redis.call("ZRANGEBYSCORE", base .. ":expiry", "-inf", now, "WITHSCORES", "LIMIT", 0, limit)
  local leases = {}
  for i = 1, #due, 2 do
    local lease = lease_of(due[i])
    end_lease(lease, lease.charge)
    leases[#leases + 1] = lease_reply(lease, tonumber(due[i + 1]))
  end
  return leases
end

-- Forget flows and groups that had no work for an hour.
local function forget()
  local before = now - FORGET_AFTER
  for _, member in ipairs(redis.call("ZRANGEBYSCORE", base .. ":idle", "-inf", before, "LIMIT", 0, limit)) do
    redis.call("ZREM", base .. ":idle", member)
    local kind = string.sub(member, 1, 1) == "f" and ":flows" or ":groups"
    redis.call("HDEL", base .. kind, string.sub(member, 2))
  end
end

local leases = end_due()
if #leases > 0 then
  count("expired", #leases)
  wake(#leases)
end
redis.call("ZREMRANGEBYSCORE", base .. ":buried", "-inf", now)
sweep_list()
save_line()
forget()
save()
return leases
