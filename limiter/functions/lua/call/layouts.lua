-- Made from limiter/functions/layouts.py: change it there and run
-- python -m limiter.functions.layouts
local layouts = {}

function layouts.new_rules()
  return {
    version = 0, paused = 0, lease = 0, max_in_flight = 0, flow_in_flight = 0, multiplier = 0, follows = 0,
    burndown = 0, refund = 0, breaker_mode = 0, requests_kind = 0, requests_base_rate = 0,
    requests_unit = 0, requests_capacity = 0, requests_window = 0, tokens_kind = 0, tokens_base_rate = 0,
    tokens_unit = 0, tokens_capacity = 0, tokens_window = 0, day_kind = 0, day_base_rate = 0, day_unit = 0,
    day_capacity = 0, day_window = 0,
  }
end

function layouts.pack_rules(rules)
  return struct.pack(
    "<ddddddddddddddddddddddddd",
    rules.version, rules.paused, rules.lease, rules.max_in_flight, rules.flow_in_flight, rules.multiplier,
    rules.follows, rules.burndown, rules.refund, rules.breaker_mode, rules.requests_kind,
    rules.requests_base_rate, rules.requests_unit, rules.requests_capacity, rules.requests_window,
    rules.tokens_kind, rules.tokens_base_rate, rules.tokens_unit, rules.tokens_capacity,
    rules.tokens_window, rules.day_kind, rules.day_base_rate, rules.day_unit, rules.day_capacity,
    rules.day_window
  )
end

function layouts.unpack_rules(record, from)
  local
    version, paused, lease, max_in_flight, flow_in_flight, multiplier, follows, burndown, refund,
    breaker_mode, requests_kind, requests_base_rate, requests_unit, requests_capacity, requests_window,
    tokens_kind, tokens_base_rate, tokens_unit, tokens_capacity, tokens_window, day_kind, day_base_rate,
    day_unit, day_capacity, day_window, behind =
    struct.unpack("<ddddddddddddddddddddddddd", record, from or 1)
  return {
    version = version, paused = paused, lease = lease, max_in_flight = max_in_flight,
    flow_in_flight = flow_in_flight, multiplier = multiplier, follows = follows, burndown = burndown,
    refund = refund, breaker_mode = breaker_mode, requests_kind = requests_kind,
    requests_base_rate = requests_base_rate, requests_unit = requests_unit,
    requests_capacity = requests_capacity, requests_window = requests_window, tokens_kind = tokens_kind,
    tokens_base_rate = tokens_base_rate, tokens_unit = tokens_unit, tokens_capacity = tokens_capacity,
    tokens_window = tokens_window, day_kind = day_kind, day_base_rate = day_base_rate, day_unit = day_unit,
    day_capacity = day_capacity, day_window = day_window,
  }, behind
end

function layouts.new_tuning()
  return {
    mode = 0, failures = 0, failure_rate = 0, slow_rate = 0, window = 0, timed = 0, minimum = 0,
    slow_first = 0, slow_per_token = 0, floor_throttles = 0, heals_on_accepted = 0, open = 0, open_max = 0,
    jitter = 0, probes = 0, successes = 0, law = 0, raise_after = 0, raise_by = 0, lower_by = 0,
    period = 0, recovery = 0, late = 0, requests_floor = 0, requests_ceiling = 0, tokens_floor = 0,
    tokens_ceiling = 0, tokens_window = 0, day_window = 0, tokens_units = 0,
  }
end

function layouts.pack_tuning(tuning)
  return struct.pack(
    "<dddddddddddddddddddddddddddddd",
    tuning.mode, tuning.failures, tuning.failure_rate, tuning.slow_rate, tuning.window, tuning.timed,
    tuning.minimum, tuning.slow_first, tuning.slow_per_token, tuning.floor_throttles,
    tuning.heals_on_accepted, tuning.open, tuning.open_max, tuning.jitter, tuning.probes, tuning.successes,
    tuning.law, tuning.raise_after, tuning.raise_by, tuning.lower_by, tuning.period, tuning.recovery,
    tuning.late, tuning.requests_floor, tuning.requests_ceiling, tuning.tokens_floor,
    tuning.tokens_ceiling, tuning.tokens_window, tuning.day_window, tuning.tokens_units
  )
end

function layouts.unpack_tuning(record, from)
  local
    mode, failures, failure_rate, slow_rate, window, timed, minimum, slow_first, slow_per_token,
    floor_throttles, heals_on_accepted, open, open_max, jitter, probes, successes, law, raise_after,
    raise_by, lower_by, period, recovery, late, requests_floor, requests_ceiling, tokens_floor,
    tokens_ceiling, tokens_window, day_window, tokens_units, behind =
    struct.unpack("<dddddddddddddddddddddddddddddd", record, from or 1)
  return {
    mode = mode, failures = failures, failure_rate = failure_rate, slow_rate = slow_rate, window = window,
    timed = timed, minimum = minimum, slow_first = slow_first, slow_per_token = slow_per_token,
    floor_throttles = floor_throttles, heals_on_accepted = heals_on_accepted, open = open,
    open_max = open_max, jitter = jitter, probes = probes, successes = successes, law = law,
    raise_after = raise_after, raise_by = raise_by, lower_by = lower_by, period = period,
    recovery = recovery, late = late, requests_floor = requests_floor, requests_ceiling = requests_ceiling,
    tokens_floor = tokens_floor, tokens_ceiling = tokens_ceiling, tokens_window = tokens_window,
    day_window = day_window, tokens_units = tokens_units,
  }, behind
end

function layouts.new_state()
  return {
    schema = 0, birth = 0, in_flight = 0, waiting = 0, again = 0, virtual = 0, stopped_until = 0,
    breaker = 0, generation = 0, retry_at = 0, probes = 0, requests_generation = 0, requests_pressed = 0,
    tokens_generation = 0, tokens_pressed = 0, requests_level = 0, requests_updated_at = 0,
    requests_rate = 0, requests_previous = 0, tokens_level = 0, tokens_updated_at = 0, tokens_rate = 0,
    tokens_previous = 0, day_level = 0, day_updated_at = 0, day_rate = 0, day_previous = 0, minute = 0,
    input = 0, output = 0, input_before = 0, output_before = 0, unblocks_at = 0, admitted = 0,
    accepted = 0, settled_success = 0, epoch = "",
  }
end

function layouts.pack_state(state)
  return struct.pack(
    "<ddIIIddBidIiBiBddddddddddddIddddddddHc0",
    state.schema, state.birth, state.in_flight, state.waiting, state.again, state.virtual,
    state.stopped_until, state.breaker, state.generation, state.retry_at, state.probes,
    state.requests_generation, state.requests_pressed, state.tokens_generation, state.tokens_pressed,
    state.requests_level, state.requests_updated_at, state.requests_rate, state.requests_previous,
    state.tokens_level, state.tokens_updated_at, state.tokens_rate, state.tokens_previous, state.day_level,
    state.day_updated_at, state.day_rate, state.day_previous, state.minute, state.input, state.output,
    state.input_before, state.output_before, state.unblocks_at, state.admitted, state.accepted,
    state.settled_success, #state.epoch, state.epoch
  )
end

function layouts.unpack_state(record, from)
  local
    schema, birth, in_flight, waiting, again, virtual, stopped_until, breaker, generation, retry_at,
    probes, requests_generation, requests_pressed, tokens_generation, tokens_pressed, requests_level,
    requests_updated_at, requests_rate, requests_previous, tokens_level, tokens_updated_at, tokens_rate,
    tokens_previous, day_level, day_updated_at, day_rate, day_previous, minute, input, output,
    input_before, output_before, unblocks_at, admitted, accepted, settled_success, epoch, behind =
    struct.unpack("<ddIIIddBidIiBiBddddddddddddIddddddddHc0", record, from or 1)
  return {
    schema = schema, birth = birth, in_flight = in_flight, waiting = waiting, again = again,
    virtual = virtual, stopped_until = stopped_until, breaker = breaker, generation = generation,
    retry_at = retry_at, probes = probes, requests_generation = requests_generation,
    requests_pressed = requests_pressed, tokens_generation = tokens_generation,
    tokens_pressed = tokens_pressed, requests_level = requests_level,
    requests_updated_at = requests_updated_at, requests_rate = requests_rate,
    requests_previous = requests_previous, tokens_level = tokens_level,
    tokens_updated_at = tokens_updated_at, tokens_rate = tokens_rate, tokens_previous = tokens_previous,
    day_level = day_level, day_updated_at = day_updated_at, day_rate = day_rate,
    day_previous = day_previous, minute = minute, input = input, output = output,
    input_before = input_before, output_before = output_before, unblocks_at = unblocks_at,
    admitted = admitted, accepted = accepted, settled_success = settled_success, epoch = epoch,
  }, behind
end

function layouts.new_statistics()
  return {
    mean = 0, usual_wait = 0, sweep = 0, stale = 0, happened = 0, failures = 0, successes = 0, opens = 0,
    throttles = 0, calls = 0, failed = 0, slow = 0, multiplier = 0, requests_successes = 0,
    requests_lowered = 0, requests_peak = 0, requests_progress = 0, requests_taken = 0, requests_span = 0,
    tokens_successes = 0, tokens_lowered = 0, tokens_peak = 0, tokens_progress = 0, tokens_taken = 0,
    tokens_span = 0,
  }
end

function layouts.pack_statistics(statistics)
  return struct.pack(
    "<ddddddddddddddddddddddddd",
    statistics.mean, statistics.usual_wait, statistics.sweep, statistics.stale, statistics.happened,
    statistics.failures, statistics.successes, statistics.opens, statistics.throttles, statistics.calls,
    statistics.failed, statistics.slow, statistics.multiplier, statistics.requests_successes,
    statistics.requests_lowered, statistics.requests_peak, statistics.requests_progress,
    statistics.requests_taken, statistics.requests_span, statistics.tokens_successes,
    statistics.tokens_lowered, statistics.tokens_peak, statistics.tokens_progress, statistics.tokens_taken,
    statistics.tokens_span
  )
end

function layouts.unpack_statistics(record, from)
  local
    mean, usual_wait, sweep, stale, happened, failures, successes, opens, throttles, calls, failed, slow,
    multiplier, requests_successes, requests_lowered, requests_peak, requests_progress, requests_taken,
    requests_span, tokens_successes, tokens_lowered, tokens_peak, tokens_progress, tokens_taken,
    tokens_span, behind =
    struct.unpack("<ddddddddddddddddddddddddd", record, from or 1)
  return {
    mean = mean, usual_wait = usual_wait, sweep = sweep, stale = stale, happened = happened,
    failures = failures, successes = successes, opens = opens, throttles = throttles, calls = calls,
    failed = failed, slow = slow, multiplier = multiplier, requests_successes = requests_successes,
    requests_lowered = requests_lowered, requests_peak = requests_peak,
    requests_progress = requests_progress, requests_taken = requests_taken, requests_span = requests_span,
    tokens_successes = tokens_successes, tokens_lowered = tokens_lowered, tokens_peak = tokens_peak,
    tokens_progress = tokens_progress, tokens_taken = tokens_taken, tokens_span = tokens_span,
  }, behind
end

function layouts.new_meter()
  return {
    kind = 0, base_rate = 0, unit = 0, capacity = 0, window = 0, level = 0, updated_at = 0, rate = 0,
    previous = 0,
  }
end

function layouts.pack_meter(meter)
  return struct.pack(
    "<Bdddddddd",
    meter.kind, meter.base_rate, meter.unit, meter.capacity, meter.window, meter.level, meter.updated_at,
    meter.rate, meter.previous
  )
end

function layouts.unpack_meter(record, from)
  local
    kind, base_rate, unit, capacity, window, level, updated_at, rate, previous, behind =
    struct.unpack("<Bdddddddd", record, from or 1)
  return {
    kind = kind, base_rate = base_rate, unit = unit, capacity = capacity, window = window, level = level,
    updated_at = updated_at, rate = rate, previous = previous,
  }, behind
end

function layouts.new_flow()
  return {
    weight = 0, cap = 0, suspended = 0, in_flight = 0, waiting = 0, references = 0, blocked = 0, why = 0,
    unblocks_at = 0, limited = 0, groups = "",
  }
end

function layouts.pack_flow(flow)
  return struct.pack(
    "<ddBIIIBBdBHc0",
    flow.weight, flow.cap, flow.suspended, flow.in_flight, flow.waiting, flow.references, flow.blocked,
    flow.why, flow.unblocks_at, flow.limited, #flow.groups, flow.groups
  )
end

function layouts.unpack_flow(record, from)
  local
    weight, cap, suspended, in_flight, waiting, references, blocked, why, unblocks_at, limited, groups,
    behind =
    struct.unpack("<ddBIIIBBdBHc0", record, from or 1)
  return {
    weight = weight, cap = cap, suspended = suspended, in_flight = in_flight, waiting = waiting,
    references = references, blocked = blocked, why = why, unblocks_at = unblocks_at, limited = limited,
    groups = groups,
  }, behind
end

function layouts.new_group()
  return {
    born = 0, weight = 0, service = 0, virtual = 0, references = 0, runnable = 0,
  }
end

function layouts.pack_group(group)
  return struct.pack(
    "<ddddII",
    group.born, group.weight, group.service, group.virtual, group.references, group.runnable
  )
end

function layouts.unpack_group(record, from)
  local
    born, weight, service, virtual, references, runnable, behind =
    struct.unpack("<ddddII", record, from or 1)
  return {
    born = born, weight = weight, service = service, virtual = virtual, references = references,
    runnable = runnable,
  }, behind
end

function layouts.new_queue()
  return {
    born = 0, service = 0, references = 0, waiting = 0, tail = 0, head = 0,
  }
end

function layouts.pack_queue(queue)
  return struct.pack(
    "<ddIIii",
    queue.born, queue.service, queue.references, queue.waiting, queue.tail, queue.head
  )
end

function layouts.unpack_queue(record, from)
  local
    born, service, references, waiting, tail, head, behind =
    struct.unpack("<ddIIii", record, from or 1)
  return {
    born = born, service = service, references = references, waiting = waiting, tail = tail, head = head,
  }, behind
end

function layouts.new_job()
  return {
    input = 0, output = 0, reservation = 0, priority = 0, arrival = 0, flow = "", group = "",
    document = "",
  }
end

function layouts.pack_job(job)
  return struct.pack(
    "<dddhiHc0Hc0Hc0",
    job.input, job.output, job.reservation, job.priority, job.arrival, #job.flow, job.flow,
    #job.group, job.group, #job.document, job.document
  )
end

function layouts.unpack_job(record, from)
  local
    input, output, reservation, priority, arrival, flow, group, document, behind =
    struct.unpack("<dddhiHc0Hc0Hc0", record, from or 1)
  return {
    input = input, output = output, reservation = reservation, priority = priority, arrival = arrival,
    flow = flow, group = group, document = document,
  }, behind
end

function layouts.new_lease()
  return {
    reservation = 0, generation = 0, probe = 0, admitted = 0, weight = 0, group_weight = 0,
    requests_generation = 0, tokens_generation = 0, accepted = 0, reinstalled = 0, job = "", flow = "",
    group = "",
  }
end

function layouts.pack_lease(lease)
  return struct.pack(
    "<diBdddiiBBHc0Hc0Hc0",
    lease.reservation, lease.generation, lease.probe, lease.admitted, lease.weight, lease.group_weight,
    lease.requests_generation, lease.tokens_generation, lease.accepted, lease.reinstalled,
    #lease.job, lease.job, #lease.flow, lease.flow, #lease.group, lease.group
  )
end

function layouts.unpack_lease(record, from)
  local
    reservation, generation, probe, admitted, weight, group_weight, requests_generation, tokens_generation,
    accepted, reinstalled, job, flow, group, behind =
    struct.unpack("<diBdddiiBBHc0Hc0Hc0", record, from or 1)
  return {
    reservation = reservation, generation = generation, probe = probe, admitted = admitted,
    weight = weight, group_weight = group_weight, requests_generation = requests_generation,
    tokens_generation = tokens_generation, accepted = accepted, reinstalled = reinstalled, job = job,
    flow = flow, group = group,
  }, behind
end

function layouts.new_answer()
  return {
    now = 0, retry_at = 0, generation = 0, expires = 0, reason = "", epoch = "",
  }
end

function layouts.pack_answer(answer)
  return struct.pack(
    "<ddidHc0Hc0",
    answer.now, answer.retry_at, answer.generation, answer.expires, #answer.reason, answer.reason,
    #answer.epoch, answer.epoch
  )
end

function layouts.unpack_answer(record, from)
  local
    now, retry_at, generation, expires, reason, epoch, behind =
    struct.unpack("<ddidHc0Hc0", record, from or 1)
  return {
    now = now, retry_at = retry_at, generation = generation, expires = expires, reason = reason,
    epoch = epoch,
  }, behind
end

function layouts.new_settlement()
  return {
    applied = 0, breaker = 0, tripped = 0, healed = 0,
  }
end

function layouts.pack_settlement(settlement)
  return struct.pack(
    "<BBBB",
    settlement.applied, settlement.breaker, settlement.tripped, settlement.healed
  )
end

function layouts.unpack_settlement(record, from)
  local
    applied, breaker, tripped, healed, behind =
    struct.unpack("<BBBB", record, from or 1)
  return {
    applied = applied, breaker = breaker, tripped = tripped, healed = healed,
  }, behind
end
