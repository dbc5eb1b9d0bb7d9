-- The upstream's queue: jobs come, are chosen, and go. Flows and groups without work are forgotten in time.
--
--   <base>:by_cost    sorted set of jobs: those that wait by what they reserve, for probes, and behind them those
--                     that run by when their leases end
--   <base>:idle       sorted set of flows (f<flow>) and groups (g<group>) without work, by since when
local queue = {
  LOOKS = 32, -- flows that are looked at for one that may run
  PROBE_LOOKS = 32, -- jobs, for one with a flow that may run
  FORGET_AFTER = 3600 * 1000000,
}

function queue.idle_key(call)
  return call.base .. ":idle"
end

-- Count one job more that refers to a flow, a group and their queue.
function queue.refer(call, flow, group, flow_queue)
  if flow.references == 0 then
    redis.call("ZREM", queue.idle_key(call), records.flow_field(flow.name))
  end
  if group.references == 0 then
    redis.call("ZREM", queue.idle_key(call), records.group_field(group.name))
  end
  flow.references, group.references = flow.references + 1, group.references + 1
  flow_queue.references = flow_queue.references + 1
end

-- Note since when a flow and a group have no work.
function queue.note_idle(call, flow, group)
  if flow.references == 0 then
    redis.call("ZADD", queue.idle_key(call), call.now, records.flow_field(flow.name))
  end
  if group.references == 0 then
    redis.call("ZADD", queue.idle_key(call), call.now, records.group_field(group.name))
  end
end

-- A job is over.
function queue.release(call, flow, group, flow_queue)
  flow.references, group.references = flow.references - 1, group.references - 1
  flow_queue.references = flow_queue.references - 1
  queue.note_idle(call, flow, group)
end

-- What the provider reserves from the start of such a call.
function queue.reservation_of(call, job)
  local multiplier = call.rules and call.rules.multiplier or 1
  if call.rules and call.rules.follows == 1 then
    local learnt = context.statistics(call).multiplier
    multiplier = learnt > 0 and learnt or multiplier
  end
  return job.input + math.ceil(job.output * multiplier)
end

function queue.next_arrival(flow_queue, front)
  if front then
    flow_queue.head = flow_queue.head - 1
    return flow_queue.head
  end
  flow_queue.tail = flow_queue.tail + 1
  return flow_queue.tail - 1
end

-- Put a job in the queue: its place in the order of arrival is given here.
function queue.enter(call, job, front)
  local flow, group, flow_queue = records.queue(call, job.flow, job.group)
  job.priority = front and jobs.FRONT or jobs.clamp(job.priority)
  job.arrival = queue.next_arrival(flow_queue, front)
  job.reservation = queue.reservation_of(call, job)
  queue.refer(call, flow, group, flow_queue)
  jobs.store(call, job)
  call.state.waiting, flow.waiting = call.state.waiting + 1, flow.waiting + 1
  redis.call("ZADD", call.by_cost_key, math.min(job.reservation, context.UNLIMITED), job.id)
  flow_queues.add(call, flow_queue, job)
  if flow_queue.waiting == 1 and flow.blocked == 0 then
    fair_order.enter(call, flow, group, flow_queue)
  end
end

-- A job was taken out of its flow's queue; the flow goes on counting it.
function queue.taken(call, flow, group, flow_queue)
  call.state.waiting, flow.waiting = call.state.waiting - 1, flow.waiting - 1
  if flow_queue.waiting == 0 and flow.blocked == 0 then
    fair_order.leave(call, flow, group)
  end
end

-- Take a waiting job out for good.
function queue.leave(call, job)
  local flow, group, flow_queue = records.queue(call, job.flow, job.group)
  flow_queues.remove(call, flow_queue, job)
  queue.taken(call, flow, group, flow_queue)
  redis.call("ZREM", call.by_cost_key, job.id)
  redis.call("HDEL", call.records_key, jobs.field(job.id))
  queue.release(call, flow, group, flow_queue)
end

-- The next job: a table of job, place (flow_queues.lua), flow, group and flow_queue; nil where none may
-- run, and whether flows are left that were not looked at. Flows that may not are blocked on the way.
function queue.choose(call)
  for _ = 1, queue.LOOKS do
    local flow_name, group_name = fair_order.first(call)
    if not flow_name then
      return nil
    end
    local flow, group, flow_queue = records.queue(call, flow_name, group_name)
    local job, place = flow_queues.first(call, flow_name, group_name)
    local why, moment = flow_limits.refusal(call, flow, job.reservation)
    if not why then
      return { job = job, place = place, flow = flow, group = group, flow_queue = flow_queue }
    end
    fair_order.block(call, flow, why, moment)
  end
  return nil, fair_order.first(call) ~= nil
end

-- May a flow have a probe of this job?
function queue.may_probe(call, flow, job)
  return flow.blocked == 0 and not flow_limits.refusal(call, flow, job.reservation)
end

-- The smallest job of a flow that may run: what a probe risks. As `choose`, but it has no place.
function queue.choose_cheapest(call)
  local least = redis.call(
    "ZRANGEBYSCORE", call.by_cost_key, "-inf", context.UNLIMITED, "LIMIT", 0, queue.PROBE_LOOKS
  )
  for _, id in ipairs(least) do
    local job = jobs.waiting(call, id)
    if queue.may_probe(call, records.flow(call, job.flow), job) then
      local flow, group, flow_queue = records.queue(call, job.flow, job.group)
      return { job = job, flow = flow, group = group, flow_queue = flow_queue }
    end
  end
end

-- Why no flow may run: what the one that is unblocked first waits for, and when that is.
function queue.why_none(call)
  local name = fair_order.next_unblocked(call)
  if not name then
    return "flow_in_flight"
  end
  local flow = records.flow(call, name)
  return flow_limits.word(flow.why), flow.unblocks_at > 0 and flow.unblocks_at or nil
end

-- Charge a flow for work that ran under another's lease.
function queue.charge_share(call, flow_name, group_name, amount)
  local flow, group, flow_queue = records.queue(call, flow_name, group_name)
  fair_order.catch_up(call, group, flow_queue)
  fair_order.charge(call, flow, group, flow_queue, amount / flow.weight, amount / group.weight)
  queue.note_idle(call, flow, group)
end

-- Would forgetting a flow give back tokens that it has spent?
function queue.has_spent(call, flow)
  local tokens = records.own_tokens(flow)
  return tokens and meters.rest(call.now, tokens) > 0
end

function queue.forget_flow(call, name)
  local flow = records.flow(call, name)
  if queue.has_spent(call, flow) then
    redis.call("ZADD", queue.idle_key(call), call.now, records.flow_field(name))
    return
  end
  fair_order.forget_flow(call, name)
  redis.call("HDEL", call.records_key, records.flow_field(name))
  for _, group in ipairs(cmsgpack.unpack(flow.groups)) do
    redis.call("HDEL", call.records_key, records.queue_field(group, name))
  end
end

-- Forget flows and groups that had no work for an hour, after everything else was saved.
function queue.forget_idle(call, most)
  local before = call.now - queue.FORGET_AFTER
  local idle = redis.call("ZRANGEBYSCORE", queue.idle_key(call), "-inf", before, "LIMIT", 0, most)
  for _, member in ipairs(idle) do
    redis.call("ZREM", queue.idle_key(call), member)
    local name = string.sub(member, 2)
    if string.sub(member, 1, 1) == "f" then
      queue.forget_flow(call, name)
    else
      redis.call("HDEL", call.records_key, records.group_field(name))
    end
  end
end
