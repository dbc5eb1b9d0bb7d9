-- Free the slots, correct what was reserved and charged, feed breaker, rates and fairness, one lease after the other.
-- A second settle changes nothing.
--
-- ARGV[3...]  for each: how many followers it has; lease, outcome; input, output and cache-write tokens used (-1: no
--             figures); retry_after in microseconds, a random number in [0, 1); microseconds to the first token and to
--             the end (-1: unknown); quota that was throttled or ""; then flow and group of each follower
-- reply       a settlement (layouts.py) of each
-- cost        O(log n) for each lease and follower
local settle = {
  WORDS = 10, -- of a lease, before its followers
  LEARNING = 0.1,
  DAY = 86400000000,
}

-- The run that is described from this word on, and where the next one is.
function settle.described(args, at)
  local followers, next_at = {}, at + 1 + settle.WORDS
  for _ = 1, tonumber(args[at]) do
    followers[#followers + 1] = { flow = args[next_at], group = args[next_at + 1] }
    next_at = next_at + 2
  end
  local outcome = args[at + 2]
  return {
    id = args[at + 1], outcome = outcome, followers = followers,
    input = tonumber(args[at + 3]), output = tonumber(args[at + 4]), cache_writes = tonumber(args[at + 5]),
    retry_after = tonumber(args[at + 6]), random = tonumber(args[at + 7]),
    first_token = tonumber(args[at + 8]), total = tonumber(args[at + 9]), quota = args[at + 10],
    not_taken = outcome == "returned" or outcome == "throttled" or outcome == "exhausted",
  }, next_at
end

function settle.all_described(args)
  local runs, fields, at = {}, {}, context.FIRST
  while at < #args do
    local run
    run, at = settle.described(args, at)
    runs[#runs + 1], fields[#fields + 1] = run, leases.field(run.id)
  end
  return runs, fields
end

-- Give each run its lease. One that is named twice ends once.
function settle.find_leases(call, runs)
  local seen = {}
  for i, run in ipairs(runs) do
    local packed = call.found[i + context.FOUND]
    if packed and not seen[run.id] then
      run.lease = leases.unpack(packed, run.id)
    end
    seen[run.id] = true
  end
end

-- Tokens charged in the end. Without figures what was reserved: a failed call is not free.
function settle.charged(call, run)
  if run.not_taken then
    return 0
  end
  if run.input < 0 then
    return run.lease.reservation
  end
  return run.input + run.cache_writes + math.ceil(run.output * call.rules.burndown)
end

-- Was it never sent, so that its request comes back?
function settle.was_never_sent(run)
  return run.outcome == "returned" and run.lease.reinstalled == 0
end

-- Give back what was reserved too much, or go into debt.
function settle.correct(call, run, flow, over)
  local never_sent = settle.was_never_sent(run)
  if run.lease.reinstalled == 1 then
    over = math.max(0, over) -- this memory never reserved it
  end
  spending.correct(call, over, call.now - run.lease.admitted, run.not_taken)
  if never_sent then
    spending.give_back_request(call)
  end
  flow_limits.correct(call, flow, over, never_sent)
end

function settle.learn_length(call, length)
  local statistics = context.statistics(call)
  local mean = statistics.mean
  statistics.mean = mean == 0 and length or mean + settle.LEARNING * (length - mean)
end

-- Slow for its length: a healthy call lasts minutes.
function settle.was_slow(call, run)
  if run.total < 0 or run.outcome ~= "success" then
    return false
  end
  local tuning = context.tuning(call)
  return run.first_token > tuning.slow_first
    or run.total - run.first_token > tuning.slow_per_token * math.max(1, run.output)
end

function settle.note_outcome(call, run)
  local state = call.state
  if run.outcome == "success" then
    state.settled_success = state.settled_success + 1
    settle.learn_length(call, call.now - run.lease.admitted)
  else
    context.count(call, "settled_" .. run.outcome)
  end
  if run.outcome == "exhausted" then
    local until_midnight = settle.DAY - call.now % settle.DAY
    local pause = run.retry_after > 0 and run.retry_after or until_midnight
    state.stopped_until = math.max(state.stopped_until, call.now + pause)
  end
end

function settle.note_throttle(call, run)
  local lease = run.lease
  if lease.reinstalled == 1 then
    return
  end
  rates.learn_multiplier(call, run.quota)
  local lowest = rates.at_floor(call)
  rates.throttled(call, run.quota, lease)
  if lease.generation == call.state.generation then
    breakers.throttled(call, lease.probe == 1, lowest, run.retry_after, run.random)
  end
end

-- Does its outcome tell the breaker something? A probe that was counted when the provider took it is not counted
-- again at its end.
function settle.feeds_breaker(call, run)
  local lease = run.lease
  if lease.generation ~= call.state.generation then
    return false
  end
  local counted = lease.accepted == 1 and lease.probe == 1 and run.outcome == "success"
    and context.tuning(call).heals_on_accepted == 1
  return not counted
end

function settle.settle_one(call, run)
  local settlement = layouts.new_settlement()
  local lease = run.lease
  if not lease or not call.rules then
    context.count(call, "settled_again")
    settlement.breaker = breakers.acting(call)
    return settlement
  end
  local before, amount = call.state.breaker, settle.charged(call, run)
  local flow = leases.finish(call, lease, run.not_taken and 0 or leases.charge(amount), run.followers)
  settle.correct(call, run, flow, amount - lease.reservation)
  settle.note_outcome(call, run)
  if run.outcome == "throttled" then
    settle.note_throttle(call, run)
  elseif settle.feeds_breaker(call, run) then
    breakers.feed(
      call, run.outcome, lease.probe == 1, run.retry_after, run.random, settle.was_slow(call, run)
    )
  end
  local after = call.state.breaker
  settlement.applied, settlement.breaker = 1, breakers.acting(call)
  settlement.tripped = before ~= after and after == breakers.OPEN and 1 or 0
  settlement.healed = before ~= after and after == breakers.CLOSED and 1 or 0
  return settlement
end

function settle.run(keys, args)
  local runs, fields = settle.all_described(args)
  local call = context.open(keys, args, fields)
  spending.load(call)
  settle.find_leases(call, runs)
  if call.rules and fields[1] then
    redis.call("HDEL", call.records_key, unpack(fields))
  end
  local settlements, settled = {}, 0
  for i, run in ipairs(runs) do
    local settlement = settle.settle_one(call, run)
    settlements[i] = layouts.pack_settlement(settlement)
    settled = settled + settlement.applied
  end
  if settled > 0 then
    leases.forget_ended(call)
    wakeups.wake(call, settled)
    spending.keep(call)
    records.save(call)
  end
  return table.concat(settlements)
end
