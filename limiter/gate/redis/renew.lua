-- Extend leases by the lease time. A lease of another epoch is unknown because this memory is new: it is
-- installed again, unless it ended since, and its outcome never moves this memory's breaker.
--
-- KEYS        see state.lua
-- ARGV[3...]  for each lease: id, epoch, job, flow, group, tokens
-- reply       {ids of the lost ones}
-- cost        O(leases * log n)
-- include "state"
-- include "lease"

local function lost(id, epoch, job)
  return epoch == state.epoch
    or redis.call("HEXISTS", base .. ":running", job) == 1
    or redis.call("ZSCORE", base .. ":buried", id)
end

local function install(id, job, flow_name, group_name, tokens)
  local waiting = job_of(job)
  if waiting then
    leave(waiting)
    if list ~= "" then
      redis.call("HSET", base .. ":jobs", job, "")
    end
  end
  local flow, group = flow_of(flow_name), group_of(group_name)
  local lane, amount = lane_of(flow, group), math.max(1, tokens)
  hold(flow, group, lane)
  lane.service = math.max(lane.service, group.virtual)
  group.service = math.max(group.service, state.virtual)
  correct(flow, group, amount / flow.weight, amount / group.weight)
  started(flow)
  enforce({
    id = id, job = job, flow = flow_name, group = group_name, tokens = tokens, generation = -1, probe = false,
    admitted = now, charge = amount, weight = flow.weight, group_weight = group.weight, reinstalled = true,
  }, now + rules.lease)
end

local missing, installed = {}, 0
-- Without rules nothing can be admitted in place of these: they are installed once there are rules.
for i = 3, rules and #ARGV or 0, 6 do
  local id = ARGV[i]
  if redis.call("HEXISTS", base .. ":leases", id) == 1 then
    redis.call("ZADD", base .. ":expiry", now + rules.lease, id)
  elseif lost(id, ARGV[i + 1], ARGV[i + 2]) then
    missing[#missing + 1] = id
  else
    install(id, ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5]))
    installed = installed + 1
  end
end
if installed > 0 then
  count("reinstalled", installed)
  save_line()
  save()
end
return missing
