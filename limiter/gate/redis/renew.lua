-- Extend leases by the lease time. A lease of another epoch is unknown because this memory is new: it is
-- installed again, unless it ended since, and its outcome never moves this memory's breaker.
--
-- KEYS        see state.lua
-- ARGV[3...]  for each lease: id, epoch, job, flow, group, tokens
-- reply       {ids of the lost ones}
-- cost        O(leases * log n)
-- include "state"
local asked = {}
for i = 3, #ARGV, 6 do
  asked[#asked + 1] = "p" .. ARGV[i]
end
local found = load(asked)
-- include "lease"

local function lost(id, its_epoch, job)
  return its_epoch == epoch or runs(redis.call("HGET", records_key, "j" .. job)) or redis.call("ZSCORE", base .. ":buried", id)
end

-- rare
local function install(id, job, flow_name, group_name, hold)
  local waiting, mark = job_of(job), RUNS
  if waiting then
    leave(waiting)
    if list ~= "" then
      mark, state.again = RUNS_AND_WAITS, state.again + 1
    end
  end
  local flow, group, lane = three_of(flow_name, group_name)
  local amount = charge_of(hold)
  hold_lane(flow, group, lane)
  lane.service = math.max(lane.service, group.virtual)
  group.service = math.max(group.service, state.virtual)
  correct(flow, group, lane, amount / flow.weight, amount / group.weight)
  took_room(flow)
  local lease = lease_record({
    id = id, job = job, flow = flow_name, group = group_name, hold = hold, generation = -1, probe = 0,
    admitted = now, weight = flow.weight, group_weight = group.weight, r_rate = -1, t_rate = -1, accepted = 0,
    reinstalled = 1,
  })
  store_lease(lease)
  redis.call("ZADD", due_key, now + rules.lease, job)
  redis.call("HSET", records_key, "j" .. job, mark .. id)
  state.in_flight = state.in_flight + 1
end

local held = by_field(asked, found)

local missing, installed, renewed = {}, 0, {}
-- Without rules nothing can be admitted in place of these: they are installed once there are rules.
for i = 3, rules and #ARGV or 0, 6 do
  local id, job = ARGV[i], ARGV[i + 2]
  if held["p" .. id] then
    renewed[#renewed + 1], renewed[#renewed + 2] = now + rules.lease, job
  elseif lost(id, ARGV[i + 1], job) then
    missing[#missing + 1] = id
  else
    install(id, job, ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5]))
    held["p" .. id] = true
    installed = installed + 1
  end
end
for from = 1, #renewed, AT_ONCE do
  redis.call("ZADD", due_key, unpack(renewed, from, math.min(#renewed, from + AT_ONCE - 1)))
end
if installed > 0 then
  count("reinstalled", installed)
  save_all()
end
return missing
