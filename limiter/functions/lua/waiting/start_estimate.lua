-- When a waiting job may start, as far as limits and length of calls tell (memory/start_estimate.py says how and why).
local start_estimate = { EARLY = 0.75, LATE = 1.5 }

-- Microseconds to the start of a job that so many go before, where `free` may start at once, each further one so
-- long after the last.
function start_estimate.until_start(free, gap, ahead)
  return math.max(0, ahead + 1 - math.max(1, free)) * gap
end

function start_estimate.until_limit(call, meter, units, ahead)
  if not meter then
    return 0
  end
  local gap
  if meters.is_bucket(meter) then
    gap = units * meter.unit / meter.rate
  else
    gap = units * meter.window / meter.capacity
  end
  return start_estimate.until_start(math.floor(meters.left(call.now, meter) / math.max(1, units)), gap, ahead)
end

function start_estimate.until_slot(call, most, taken, ahead)
  if most <= 0 or most >= context.UNLIMITED then
    return 0
  end
  return start_estimate.until_start(most - taken, context.statistics(call).mean / most, ahead)
end

-- By what all jobs of this size share.
function start_estimate.until_shared(call, reservation, ahead)
  return math.max(
    start_estimate.until_limit(call, call.requests, 1, ahead),
    start_estimate.until_limit(call, call.tokens, reservation, ahead),
    start_estimate.until_slot(call, call.rules.max_in_flight, call.state.in_flight, ahead)
  )
end

-- By what its flow may do.
function start_estimate.until_own(call, flow, ahead)
  return math.max(
    start_estimate.until_limit(call, records.own_requests(flow), 1, ahead),
    start_estimate.until_slot(call, flow_limits.cap(call, flow), flow.in_flight, ahead)
  )
end

-- Jobs of others that run until a queue of this group has had one, at equal weights.
function start_estimate.jobs_between(call, group)
  return math.max(1, redis.call("ZCARD", call.groups_key)) * math.max(1, group.runnable)
end

-- Microseconds until such a job could pass, were it next.
function start_estimate.wait_for_all(call, reservation)
  return math.max(
    call.requests and meters.wait(call.now, call.requests, 1) or 0,
    call.tokens and meters.wait(call.now, call.tokens, reservation) or 0,
    call.day and meters.wait(call.now, call.day, reservation) or 0
  )
end

-- Does any limit tell how fast the queue moves?
function start_estimate.has_pace(call, reservation)
  local cap = call.rules.max_in_flight
  return call.requests or (call.tokens and reservation > 0)
    or (context.statistics(call).mean > 0 and cap > 0 and cap < context.UNLIMITED)
end

-- The earliest and latest expected start; 0: unknown.
function start_estimate.range(call, job, flow, ahead, among)
  if not call.rules or call.rules.paused == 1 then
    return 0, 0
  end
  local reason, reopens = precheck.shut(call)
  if (reason and not reopens) or not start_estimate.has_pace(call, job.reservation) then
    return 0, 0
  end
  local passes = call.now + start_estimate.wait_for_all(call, job.reservation)
  local start = math.max(call.now, reopens or 0, flow.unblocks_at, passes)
  local shared = start_estimate.until_shared(call, job.reservation, math.min(call.state.waiting - 1, ahead * among))
  local least = math.max(shared, start_estimate.until_own(call, flow, ahead))
  local later = start_estimate.until_shared(call, job.reservation, (ahead + 1) * (among + 1))
  local most = math.max(later, start_estimate.until_own(call, flow, ahead + 1))
  return start + math.floor(start_estimate.EARLY * least), start + math.floor(start_estimate.LATE * most)
end

-- Own jobs ahead, the earliest and latest expected start, and the share of the queue before a job.
function start_estimate.of(call, job)
  local flow, group = records.queue(call, job.flow, job.group)
  local ahead, among = flow_queues.ahead(call, job), start_estimate.jobs_between(call, group)
  local share = (math.min(call.state.waiting, (ahead + 1) * among) - 1) / call.state.waiting
  local earliest, latest = start_estimate.range(call, job, flow, ahead, among)
  return ahead, earliest, latest, share
end
