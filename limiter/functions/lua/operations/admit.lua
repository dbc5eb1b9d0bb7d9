-- The decision: up to one lease for each id given, every limit passed for each.
--
-- ARGV[3...]  ids of leases, made by the caller. A repeat with the same ids returns the leases that the first call
--             made, so a lost reply doubles nothing.
-- reply       an answer (layouts.py), and behind it of each lease its record, or NONE of one that has ended
-- cost        O(log n) in waiting flows and jobs for each lease, nothing for blocked flows; LREM is O(list)
local admit = {
  NONE = "\255\255\255\255\255\255\255\255", -- no lease reserves what this is as a number
  UNFINISHED = "unfinished",
  DROPS = 50, -- ids that others took out of the list, dropped in one call at most
}

-- What one call makes of its ids:
--
--   fields            of the leases that were asked for, in the records
--   packed            records of leases, for the caller
--   written, ends     records of leases and jobs, and when leases end: each written by one command
function admit.new_made(args)
  local made = { fields = {}, packed = {}, written = {}, ends = {}, drops = 0 }
  for i = context.FIRST, #args do
    made.fields[#made.fields + 1] = leases.field(args[i])
  end
  return made
end

function admit.answer(call, packed, reason, retry_at, generation, expires)
  return layouts.pack_answer({
    now = call.now, reason = reason, retry_at = retry_at, epoch = call.state.epoch, generation = generation,
    expires = expires,
  }) .. table.concat(packed)
end

-- What an earlier call with these ids made; nil where there was none.
function admit.repeated(call, fields)
  local packed, generation, expires = {}, 0, 0
  for i = 1, #fields do
    local found = call.found[i + context.FOUND]
    packed[i] = found or admit.NONE
    if found then
      local lease = layouts.unpack_lease(found)
      generation, expires = lease.generation, leases.expiry(call, lease.job)
    end
  end
  if expires == 0 then
    return nil
  end
  return admit.answer(call, packed, "", 0, generation, expires)
end

-- Write them in the midst of the decision: what is still to be done must know what runs.
function admit.write(call, made)
  if made.written[1] then
    redis.call("HSET", call.records_key, unpack(made.written))
    redis.call("ZADD", call.by_cost_key, unpack(made.ends))
    made.written, made.ends = {}, {}
  end
end

-- Somebody took a chosen job out of the list.
function admit.drop(call, made, id)
  admit.write(call, made)
  queue.leave(call, jobs.waiting(call, id))
  made.drops = made.drops + 1
  list_sync.absorb(call)
end

-- The job for a probe where one is wanted, else the next one: as `queue.choose` gives it.
function admit.choose(call, made)
  local probing = call.state.breaker == breakers.HALF_OPEN and breakers.wants_probe(call)
  local chosen, unfinished
  if probing then
    admit.write(call, made)
    chosen = queue.choose_cheapest(call)
  end
  if not chosen then
    chosen, unfinished = queue.choose(call)
  end
  if chosen then
    chosen.probe = probing and 1 or 0
  end
  return chosen, unfinished
end

-- The job to run, claimed. Or nil, why there is none, and when to ask again: at once where this call stopped at one of
-- its bounds.
function admit.claim(call, made)
  while made.drops < admit.DROPS do
    local chosen, unfinished = admit.choose(call, made)
    if not chosen and (unfinished or list_sync.is_behind(call)) then
      return nil, admit.UNFINISHED, call.now
    elseif not chosen then
      return nil, queue.why_none(call)
    end
    local reason, retry_at = spending.short_of_tokens(call, chosen.job.reservation)
    if reason then
      return nil, reason, retry_at
    end
    if list_sync.claim(call, chosen.job.id) then
      return chosen
    end
    admit.drop(call, made, chosen.job.id)
  end
  return nil, admit.UNFINISHED, call.now
end

-- Take a job out of the order. Only one that was next (it has a place) moves the virtual times.
function admit.take(call, chosen)
  local flow, group, flow_queue = chosen.flow, chosen.group, chosen.flow_queue
  if chosen.place then
    flow_queues.remove_first(call, flow_queue, chosen.place)
    queue.taken(call, flow, group, flow_queue)
    fair_order.pass(call, group, flow_queue)
  else
    flow_queues.remove(call, flow_queue, chosen.job)
    queue.taken(call, flow, group, flow_queue)
  end
end

function admit.grant(call, made, chosen, id)
  local job, flow, group, state = chosen.job, chosen.flow, chosen.group, call.state
  local packed = layouts.pack_lease({
    job = job.id, flow = flow.name, group = group.name, reservation = job.reservation,
    generation = state.generation, probe = chosen.probe, admitted = call.now, weight = flow.weight,
    group_weight = group.weight, requests_generation = state.requests_generation,
    tokens_generation = state.tokens_generation, accepted = 0, reinstalled = 0,
  })
  local written, ends = made.written, made.ends
  local at, ends_at = #written, #ends
  written[at + 1], written[at + 2] = leases.field(id), packed
  written[at + 3], written[at + 4] = jobs.field(job.id), jobs.RUNS .. id
  ends[ends_at + 1], ends[ends_at + 2] = call.now + call.rules.lease, job.id
  made.packed[#made.packed + 1] = packed
  state.in_flight, state.admitted = state.in_flight + 1, state.admitted + 1
  state.probes = state.probes + chosen.probe
end

-- A lease for the job that is next. Or why there is none, and when to ask again.
function admit.admit_one(call, made, id)
  local chosen, reason, retry_at = admit.claim(call, made)
  if not chosen then
    return reason, retry_at
  end
  local job, flow, group = chosen.job, chosen.flow, chosen.group
  local amount = leases.charge(job.reservation)
  admit.take(call, chosen)
  fair_order.charge(call, flow, group, chosen.flow_queue, amount / flow.weight, amount / group.weight)
  flow_limits.start(call, flow, job.reservation)
  spending.spend(call, job.reservation, job.input, job.output)
  admit.grant(call, made, chosen, id)
end

-- Why no job may run, whichever is next.
function admit.refusal(call)
  local reason, retry_at = precheck.shut(call)
  if reason then
    return reason, retry_at
  end
  if call.state.breaker == breakers.OPEN then
    breakers.advance(call)
  end
  if call.state.waiting == 0 then
    return "empty"
  end
  return precheck.limited(call)
end

-- As many leases as there are ids, or why there are no more.
function admit.admit_all(call, made, args)
  local reason, retry_at = admit.refusal(call)
  for i = context.FIRST, #args do
    if reason then
      return reason, retry_at
    end
    reason, retry_at = admit.admit_one(call, made, args[i])
    if not reason and i < #args then
      reason, retry_at = admit.refusal(call)
    end
  end
  return reason, retry_at
end

-- Remember that a limit holds work back: only then may its rate rise. Whether that is news.
function admit.press(call, reason)
  local pressed = reason == "requests_per_minute" and "requests_pressed"
    or reason == "tokens_per_minute" and "tokens_pressed"
  if pressed and call.state[pressed] == 0 then
    call.state[pressed] = 1
    return true
  end
  return false
end

-- No more than was granted, for this reason. Whether that changes the state.
function admit.refuse(call, made, reason)
  if reason == admit.UNFINISHED then
    return false
  end
  if not made.packed[1] then
    context.count(call, "refused_" .. reason)
  end
  wakeups.fall_asleep(call)
  return admit.press(call, reason)
end

function admit.run(keys, args)
  local made = admit.new_made(args)
  local call = context.open(keys, args, made.fields)
  local again = admit.repeated(call, made.fields)
  if again then
    return again
  end
  spending.load(call)
  local state = call.state
  local generation, pushed_again = state.generation, state.again
  list_sync.absorb(call)
  local changed = fair_order.unblock_due(call)
  local reason, retry_at = admit.admit_all(call, made, args)
  if reason then
    changed = admit.refuse(call, made, reason) or changed
  elseif state.waiting > 0 then
    wakeups.wake(call)
  end
  if made.ends[1] then
    redis.call("ZADD", call.by_cost_key, unpack(made.ends))
  end
  changed = changed or state.generation ~= generation or state.again ~= pushed_again
  if changed or made.packed[1] or next(call.flows) or next(call.groups) then
    spending.keep(call)
    records.save(call, made.written)
  end
  local expires = call.rules and call.now + call.rules.lease or 0
  return admit.answer(call, made.packed, reason or "", retry_at or 0, state.generation, expires)
end
