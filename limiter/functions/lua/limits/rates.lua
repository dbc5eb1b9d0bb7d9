-- Rates that tune themselves (memory/control.py says how and why). `which` is "requests" or "tokens": its meter is
-- call[which], what is counted of it lies in the statistics and the state under its name.
local rates = {
  STEP = 1.01, -- a rise by less is not worth a change
  LOOK = 5, -- recoveries from one climb to the next
  CLIMB = 1.5, -- the climb is (1 + CLIMB x its recoveries) cubed
  STRIDE = 1.25, -- ... but by one call never further than so many times
  SAVED = 1 / 6, -- recoveries in which the provider saved up what a climb is given
  MORE = 4, -- calls beyond what is known: a rise
  DRAIN = 0.1, -- below what is known after a climb, until something is saved up again
  CRUISE = 0.005, -- below what is known, always
  ENOUGH = 4, -- calls that make a measure
  EASED = 0.85, -- of what is known, where a queue grew unasked ...
  TWENTIETH = 1.05, QUARTER = 1.25, -- ... times it, where a climb made one: a little, or much was taken meanwhile
  PAUSE = 6, -- calls of what is known, for which nothing is sent at most
  AIMD = 1,
  LEAST = 1, MOST = 5, -- multipliers between which the provider's is
  TRUST = 0.2,
  DRIFT = 1 / 256, -- by which the usual wait grows with each call
}

function rates.per_minute(meter, rate)
  return string.format("%.6g", rate * spending.MINUTE / meter.unit)
end

function rates.set(call, which, rate, reason)
  local meter, tuning = call[which], context.tuning(call)
  local before = meter.rate
  local wanted = math.max(tuning[which .. "_floor"], math.min(tuning[which .. "_ceiling"], rate))
  local level = meters.level(call.now, meter)
  meter.updated_at, meter.rate = call.now, wanted
  meter.level = math.min(meter.capacity + wanted - 1, level)
  context.note(call, which, rates.per_minute(meter, before), rates.per_minute(meter, wanted), reason)
end

function rates.measure_anew(statistics, which)
  statistics[which .. "_taken"], statistics[which .. "_span"] = 0, 0
end

function rates.forget(call, which)
  local statistics = context.statistics(call)
  statistics[which .. "_peak"], statistics[which .. "_progress"] = 0, 0
  rates.measure_anew(statistics, which)
end

function rates.begin(statistics, which, rate)
  if statistics[which .. "_peak"] == 0 then
    statistics[which .. "_peak"] = rate
  end
end

-- Every climb ends with a throttle, and what it was given tells whether there is more.
function rates.end_climb(tuning, statistics, which, measured, units)
  local known, taken = statistics[which .. "_peak"], statistics[which .. "_taken"]
  local beyond = taken - known * statistics[which .. "_span"] -- calls since the last throttle
  if taken >= rates.ENOUGH then
    local climbed = (statistics[which .. "_progress"] - 1) * tuning.recovery / units
    local risen = (beyond + known * climbed) / (climbed + rates.SAVED * tuning.recovery / units)
    statistics[which .. "_peak"] = math.max(known, math.floor(math.max(measured, risen)))
  end
  statistics[which .. "_progress"] = beyond > rates.MORE and 1 or 0
  return statistics[which .. "_peak"] * (1 - rates.DRAIN)
end

-- A throttle that no climb asked for: what is known falls to the measure, and a pause shows what the new quota is.
function rates.fall(tuning, statistics, which, measured, units, rate)
  local taken, peak = statistics[which .. "_taken"], statistics[which .. "_peak"]
  local belief = math.min(1, taken / rates.ENOUGH)
  peak = math.floor(peak + math.min(0, measured - peak) * belief * belief)
  statistics[which .. "_peak"] = peak
  if taken <= 1 then
    statistics[which .. "_progress"] = 1 -- a dip: look at once how much there is, when it is over
    return math.min(rate * (1 - rates.CRUISE), units / tuning.recovery)
  end
  if belief == 1 then
    statistics[which .. "_progress"] = 0
  end
  return math.min(rate * (1 - rates.CRUISE), math.max(units / tuning.period, peak / rates.PAUSE))
end

function rates.lower(call, which, rate, cost)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  if tuning.law == rates.AIMD then
    return rate * (1 - tuning.lower_by)
  end
  rates.begin(statistics, which, rate)
  local measured = math.min(statistics[which .. "_taken"] / statistics[which .. "_span"], rate)
  local units = math.max(1, cost) * call[which].unit
  if statistics[which .. "_progress"] > 1 then
    return rates.end_climb(tuning, statistics, which, measured, units)
  end
  return rates.fall(tuning, statistics, which, measured, units, rate)
end

-- What is known of a rate that has been changed is of the one before.
function rates.next_generation(call, which)
  call.state[which .. "_generation"] = call.state[which .. "_generation"] + 1
end

function rates.lowered(call, which, lower, reason)
  local statistics = context.statistics(call)
  statistics[which .. "_lowered"], statistics[which .. "_successes"] = call.now, 0
  rates.measure_anew(statistics, which)
  rates.next_generation(call, which)
  rates.set(call, which, math.floor(lower), reason)
end

-- Lower the rate, unless this throttle says nothing of the one in force.
function rates.throttled_one(call, which, generation, cost)
  if generation ~= call.state[which .. "_generation"] then
    return
  end
  local statistics, rate = context.statistics(call), call[which].rate
  statistics[which .. "_span"] = statistics[which .. "_span"] + 1 / rate
  if call.now < statistics[which .. "_lowered"] + context.tuning(call).period then
    return
  end
  local lower = rates.lower(call, which, rate, cost)
  rates.lowered(call, which, lower, "throttled")
end

-- Nothing is sent for as long as the call waited: then the provider's queue is empty.
function rates.ease(call, which, rate, units, waited)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  rates.begin(statistics, which, rate)
  local peak = statistics[which .. "_peak"]
  if statistics[which .. "_progress"] > 1 then
    local more = statistics[which .. "_taken"] - peak * statistics[which .. "_span"] > rates.MORE
    statistics[which .. "_peak"] = math.floor(peak * (more and rates.QUARTER or rates.TWENTIETH))
    statistics[which .. "_progress"] = more and 1 or 0
  else
    statistics[which .. "_peak"], statistics[which .. "_progress"] = math.floor(peak * rates.EASED), 0
  end
  return math.min(rate * (1 - rates.CRUISE), units / math.max(tuning.period, waited))
end

-- Lower the rate for a call that stood in the provider's queue.
function rates.late_one(call, which, generation, cost, waited)
  local tuning, rate = context.tuning(call), call[which].rate
  local too_soon = call.now < context.statistics(call)[which .. "_lowered"] + tuning.period
  if generation ~= call.state[which .. "_generation"] or too_soon then
    return
  end
  local lower = rate * (1 - tuning.lower_by)
  if tuning.law ~= rates.AIMD then
    lower = rates.ease(call, which, rate, math.max(1, cost) * call[which].unit, waited)
  end
  rates.lowered(call, which, lower, "late")
end

function rates.raise_cubic(call, which, rate, units)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  rates.begin(statistics, which, rate)
  statistics[which .. "_taken"] = statistics[which .. "_taken"] + 1
  local stands_for = math.min(1 / rate, rates.SAVED * tuning.recovery / units)
  statistics[which .. "_span"] = statistics[which .. "_span"] + stands_for
  local recoveries = units / rate / tuning.recovery -- that the call stands for
  local peak, progress = statistics[which .. "_peak"], statistics[which .. "_progress"]
  local edge = math.floor(peak * (1 - rates.CRUISE))
  if rate * rates.STEP < edge then
    return edge
  elseif progress < 1 then
    statistics[which .. "_progress"] = math.min(1, progress + recoveries / rates.LOOK)
    return edge
  end
  progress = progress + recoveries
  statistics[which .. "_progress"] = progress
  local gone = 1 + rates.CLIMB * (progress - 1)
  return math.min(rate * rates.STRIDE, peak * gone * gone * gone)
end

function rates.wanted(call, which, cost)
  local tuning, statistics, meter = context.tuning(call), context.statistics(call), call[which]
  if tuning.law == rates.AIMD then
    local enough = statistics[which .. "_successes"] >= tuning.raise_after
    return enough and meter.rate + math.floor(meter.base_rate * tuning.raise_by) or meter.rate
  end
  return math.floor(rates.raise_cubic(call, which, meter.rate, math.max(1, cost) * meter.unit))
end

-- Does an accepted call of that generation of rates count? Only while the limit is what holds work back.
function rates.counts(call, which, generation)
  return generation == call.state[which .. "_generation"] and call.state[which .. "_pressed"] == 1
end

function rates.accepted_one(call, which, generation, cost)
  if not rates.counts(call, which, generation) then
    return
  end
  local statistics = context.statistics(call)
  statistics[which .. "_successes"] = statistics[which .. "_successes"] + 1
  local wanted = math.min(context.tuning(call)[which .. "_ceiling"], rates.wanted(call, which, cost))
  if wanted >= call[which].rate * rates.STEP then
    rates.set(call, which, wanted, "accepted")
    call.state[which .. "_pressed"], statistics[which .. "_successes"] = 0, 0
  end
end

function rates.is_tunable(meter)
  return meter and meter.kind == meters.ADAPTIVE
end

-- Did the provider's first event take far longer than at low load?
function rates.is_late(call, waited)
  local late = context.tuning(call).late
  if late == 0 then
    return false
  end
  local statistics = context.statistics(call)
  local usual = statistics.usual_wait
  statistics.usual_wait = usual == 0 and waited or math.min(usual * (1 + rates.DRIFT), waited)
  return usual > 0 and waited > late * usual
end

-- A call was taken.
function rates.accepted(call, lease)
  local waited = math.max(1, call.now - lease.admitted)
  local heard = rates.is_late(call, waited) and rates.late_one or rates.accepted_one
  if rates.is_tunable(call.requests) then
    heard(call, "requests", lease.requests_generation, 1, waited)
  end
  if rates.is_tunable(call.tokens) then
    heard(call, "tokens", lease.tokens_generation, lease.reservation, waited)
  end
end

function rates.fullness(now, meter)
  return meters.left(now, meter) / meters.most(meter)
end

-- Was it the quota of tokens? Where the provider doesn't say, it is of the fuller limit.
function rates.about_tokens(call, quota)
  if quota ~= "" or not call.requests then
    return quota ~= "requests"
  end
  return rates.fullness(call.now, call.tokens) < rates.fullness(call.now, call.requests)
end

-- The provider refused a call.
function rates.throttled(call, quota, lease)
  local requests, tokens = rates.is_tunable(call.requests), rates.is_tunable(call.tokens)
  if requests and tokens then
    tokens = rates.about_tokens(call, quota)
    requests = not tokens
  end
  if requests then
    rates.throttled_one(call, "requests", lease.requests_generation, 1)
  elseif tokens then
    rates.throttled_one(call, "tokens", lease.tokens_generation, lease.reservation)
  end
end

-- Can no rate fall any further?
function rates.at_floor(call)
  local tuning = context.tuning(call)
  return not (rates.is_tunable(call.requests) and call.requests.rate > tuning.requests_floor)
    and not (rates.is_tunable(call.tokens) and call.tokens.rate > tuning.tokens_floor)
end

-- A throttle while a minute's tokens were reserved: at which multiplier would that be the quota?
function rates.learn_multiplier(call, quota)
  if not call.tokens or not rates.about_tokens(call, quota) then
    return
  end
  spending.roll_minute(call)
  local state, statistics = call.state, context.statistics(call)
  local fading = (spending.MINUTE - call.now % spending.MINUTE) / spending.MINUTE
  local input = state.input + state.input_before * fading
  local output = state.output + state.output_before * fading
  if output > 0 then
    local seen = (context.tuning(call).tokens_units - input) / output
    seen = math.max(rates.LEAST, math.min(rates.MOST, seen))
    local known = statistics.multiplier
    statistics.multiplier = known == 0 and seen or known + rates.TRUST * (seen - known)
  end
end
