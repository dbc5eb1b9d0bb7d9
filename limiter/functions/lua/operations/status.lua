-- The upstream at this moment. Reads only.
--
-- ARGV[3]  how many flows to list at most
-- reply    {version or 0, mode, now, waiting, epoch, breaker as it acts, retry_at, in flight, consecutive failures,
--           generation, probes, mean length of calls, multiplier (text), what keeps it shut or "", until (text),
--           {counter, value, ...},
--           {limit (requests, tokens or day), free, most, a minute (texts), ...},
--           {flow, waiting, in flight, weight (text), blocked, why or "", until, ...}}
-- cost     O(flows with work, jobs that run)
local status = { MODES = { [0] = "auto", "observe", "forced_open", "forced_closed", "disabled" } }

function status.text(number)
  return string.format("%.17g", number)
end

function status.flow_row(name, flow)
  local why = flow.why > 0 and flow_limits.word(flow.why) or ""
  return {
    name, flow.waiting, flow.in_flight, status.text(flow.weight), flow.blocked, why, status.text(flow.unblocks_at),
  }
end

-- Names of flows that may have work: in the order, blocked, or behind a lease.
function status.names_with_work(call)
  local names = fair_order.blocked(call)
  for _, group in ipairs(redis.call("ZRANGE", call.groups_key, 0, -1)) do
    for _, name in ipairs(redis.call("ZRANGE", call.groups_key .. ":" .. group, 0, -1)) do
      names[#names + 1] = name
    end
  end
  for _, job in ipairs(leases.running(call, "+inf")) do
    names[#names + 1] = leases.read(call, jobs.lease_of(jobs.packed(call, job))).flow
  end
  return names
end

function status.flows_with_work(call, most)
  local listed, seen = {}, {}
  for _, name in ipairs(status.names_with_work(call)) do
    if not seen[name] and #listed < most then
      seen[name] = true
      local flow = records.flow(call, name)
      if flow.references > 0 then
        listed[#listed + 1] = status.flow_row(name, flow)
      end
    end
  end
  return listed
end

function status.level(call, which)
  local meter, minute = call[which], spending.MINUTE
  local free, most, rate
  if meters.is_bucket(meter) then
    free = math.min(meter.capacity, meters.level(call.now, meter)) / meter.unit
    most, rate = meter.capacity / meter.unit, meter.rate * minute / meter.unit
  else
    free = meters.left(call.now, meter)
    most, rate = meter.capacity, meter.capacity * minute / meter.window
  end
  return { which, status.text(free), status.text(most), status.text(rate) }
end

function status.levels(call)
  local found = {}
  for _, which in ipairs({ "requests", "tokens", "day" }) do
    if call[which] then
      found[#found + 1] = status.level(call, which)
    end
  end
  return found
end

function status.counters(call)
  local found = redis.call("HGETALL", call.base .. ":counters")
  for _, name in ipairs({ "admitted", "accepted", "settled_success" }) do
    if call.state[name] > 0 then
      found[#found + 1], found[#found + 2] = name, call.state[name]
    end
  end
  return found
end

function status.run(keys, args)
  local call = context.open_to_read(keys, args)
  spending.load(call)
  local rules, state, statistics = call.rules, call.state, context.statistics(call)
  local reopens
  if rules then
    local _, at = breakers.refusal(call)
    reopens = at
  end
  local shut, shut_until = precheck.shut(call)
  return {
    rules and rules.version or 0, status.MODES[rules and rules.breaker_mode or 0], call.now, state.waiting,
    state.epoch, breakers.name(breakers.acting(call)), reopens or 0, state.in_flight, statistics.failures,
    state.generation, state.probes, status.text(statistics.mean), status.text(statistics.multiplier),
    shut or "", status.text(shut_until or 0), status.counters(call),
    status.levels(call), status.flows_with_work(call, tonumber(args[3])),
  }
end
