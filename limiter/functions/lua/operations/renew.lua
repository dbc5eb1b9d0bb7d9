-- Extend leases by the lease time. A lease of another epoch is unknown because this memory is new: it is installed
-- again, unless it ended since, and its outcome never moves this memory's breaker.
--
-- ARGV[3...]  for each lease: id, epoch, job, flow, group, tokens
-- reply       {ids of the lost ones}
-- cost        O(leases * log n)
local renew = { WORDS = 6 } -- of a lease

function renew.is_lost(call, lease)
  return lease.epoch == call.state.epoch or jobs.runs(jobs.packed(call, lease.job))
    or leases.is_remembered(call, lease.id)
end

-- The record of a lease that this memory did not make.
function renew.installed(call, lease, flow, group)
  return {
    id = lease.id, job = lease.job, flow = lease.flow, group = lease.group, reservation = lease.reservation,
    generation = leases.REINSTALLED, probe = 0, admitted = call.now, weight = flow.weight,
    group_weight = group.weight, requests_generation = leases.REINSTALLED,
    tokens_generation = leases.REINSTALLED, accepted = 0, reinstalled = 1,
  }
end

function renew.install(call, lease)
  local waiting, mark = jobs.waiting(call, lease.job), jobs.RUNS
  if waiting then
    queue.leave(call, waiting)
    if call.list ~= "" then
      mark, call.state.again = jobs.RUNS_AND_WAITS, call.state.again + 1
    end
  end
  local flow, group, flow_queue = records.queue(call, lease.flow, lease.group)
  local amount = leases.charge(lease.reservation)
  queue.refer(call, flow, group, flow_queue)
  fair_order.catch_up(call, group, flow_queue)
  fair_order.charge(call, flow, group, flow_queue, amount / flow.weight, amount / group.weight)
  flow_limits.take_slot(call, flow)
  leases.store(call, renew.installed(call, lease, flow, group))
  redis.call("ZADD", call.by_cost_key, call.now + call.rules.lease, lease.job)
  redis.call("HSET", call.records_key, jobs.field(lease.job), mark .. lease.id)
  call.state.in_flight = call.state.in_flight + 1
end

-- The leases that are asked for, and their fields.
function renew.asked_for(args)
  local asked, fields = {}, {}
  for i = context.FIRST, #args, renew.WORDS do
    asked[#asked + 1] = {
      id = args[i], epoch = args[i + 1], job = args[i + 2], flow = args[i + 3], group = args[i + 4],
      reservation = tonumber(args[i + 5]),
    }
    fields[#fields + 1] = leases.field(args[i])
  end
  return asked, fields
end

function renew.extend(call, renewed)
  for from = 1, #renewed, context.AT_ONCE do
    local to = math.min(#renewed, from + context.AT_ONCE - 1)
    redis.call("ZADD", call.by_cost_key, unpack(renewed, from, to))
  end
end

function renew.run(keys, args)
  local asked, fields = renew.asked_for(args)
  local call = context.open(keys, args, fields)
  local lost, renewed, new = {}, {}, {}
  -- Without rules nothing can be admitted in place of these: they are installed once there are rules.
  for i, lease in ipairs(call.rules and asked or {}) do
    if call.found[i + context.FOUND] or new[lease.id] then
      renewed[#renewed + 1], renewed[#renewed + 2] = call.now + call.rules.lease, lease.job
    elseif renew.is_lost(call, lease) then
      lost[#lost + 1] = lease.id
    else
      renew.install(call, lease)
      new[lease.id] = true
    end
  end
  renew.extend(call, renewed)
  if next(new) then
    local installed_now = 0
    for _ in pairs(new) do
      installed_now = installed_now + 1
    end
    context.count(call, "reinstalled", installed_now)
    records.save(call)
  end
  return lost
end
