-- Rates that tune themselves (memory/control.py says how and why). `which` is "requests" or "tokens": its meter is
-- call[which], what is counted of it lies in the statistics and the state under its name.
local rates = {
  STEP = 1.01, -- a rise by less is not worth a change
  CRUISE = 0.005, -- share of the rate that is borne, by which it stays below
  DRAIN = 0.12, -- the same, right after a throttle
  GUARD = 0.3, -- ... that no climb had asked for: more may be gone than is known yet
  NEAR = 0.12, FAR = 0.25, -- shares of what is missing that each call then brings back
  LITTLE = 0.8, -- of the rate that is borne: up to it much is missing
  DEEP = 0.5, -- of the rate that is borne: below it is a dip
  CALLS = 200, -- from one climb to the next at least ...
  LONGEST = 3.5, -- ... unless they take longer than so many times `recovery`
  BEGINNING = 0.6, -- of these, that a rate which was never throttled has behind it
  LASTS = 4, -- calls until the next climb, for each that a measure is made of ...
  SOON = 16, -- ... and after one that found a rise, or a dip
  NEWS = 1.15, -- times what was borne: a rise
  CLIMB = 0.75, -- the climb is (1 + CLIMB x recoveries) cubed
  LEAP = 0.25, -- recoveries that one call brings a climb on, at most
  SAVED = 0.5, -- of the rate at which a climb is throttled: the rest was carried by what was saved up
  ENOUGH = 3, -- calls that make a measure
  DOUBT = 0.5, -- how far a throttle on the way back takes what is remembered down to its rate
  FADING = 0.93, -- what a throttle in a dip leaves of it, where calls were taken there
  PATIENCE = 0.75, -- recoveries between two calls in a dip, at most
  AIMD = 1,
  LEAST = 1, MOST = 5, -- multipliers between which the provider's is
  TRUST = 0.2,
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
    statistics[which .. "_peak"], statistics[which .. "_progress"] = rate, rates.BEGINNING
  end
end

-- Where on the way to the next climb a measure of so many calls lets it begin.
function rates.trusted(taken)
  return 1 - math.min(1, rates.LASTS * taken / rates.CALLS)
end

-- Every climb ends with a throttle: it says nothing of a fall, and tells how much more there is.
function rates.end_climb(statistics, which, rate, borne)
  local known = statistics[which .. "_peak"]
  local peak = math.max(known, math.floor(math.max(borne, rate * rates.SAVED)))
  statistics[which .. "_peak"] = peak
  statistics[which .. "_progress"] = peak > known * rates.NEWS and 1 - rates.SOON / rates.CALLS
    or rates.trusted(statistics[which .. "_taken"])
  return peak * (1 - rates.DRAIN)
end

-- Too few calls were taken to measure: go down, to no less than a call in a while.
function rates.doubt(call, which, rate, borne)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  local peak, share = statistics[which .. "_peak"], 1 - tuning.lower_by
  local dip = rate < peak * rates.DEEP
  if not dip then
    peak = math.floor(peak + (rate - peak) * rates.DOUBT)
  elseif statistics[which .. "_taken"] > 0 then
    peak = math.floor(peak * rates.FADING)
  end
  statistics[which .. "_peak"] = peak
  if dip and statistics[which .. "_successes"] == 0 then
    share = share * (share * share * share)
  end
  local least = math.min(call[which].unit / (tuning.recovery * rates.PATIENCE), peak * rates.DEEP)
  return math.min(rate * (1 - rates.CRUISE), math.max(rate * share, borne * (1 - rates.DRAIN), least))
end

function rates.lower(call, which, rate)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  if tuning.law == rates.AIMD then
    return rate * (1 - tuning.lower_by)
  end
  rates.begin(statistics, which, rate)
  local taken = statistics[which .. "_taken"]
  local borne = taken / statistics[which .. "_span"]
  if statistics[which .. "_progress"] >= 1 then
    return rates.end_climb(statistics, which, rate, borne)
  elseif taken >= rates.ENOUGH then
    local share, peak = 1 - tuning.lower_by, math.floor(math.min(borne, rate))
    statistics[which .. "_peak"], statistics[which .. "_progress"] = peak, rates.trusted(taken)
    return math.max(rate * (share * share), peak * (1 - rates.GUARD))
  end
  return rates.doubt(call, which, rate, borne)
end

-- What is known of a rate that has been changed is of the one before.
function rates.next_generation(call, which)
  call.state[which .. "_generation"] = call.state[which .. "_generation"] + 1
end

-- Lower the rate, unless this throttle says nothing of the one in force.
function rates.throttled_one(call, which, generation)
  if generation ~= call.state[which .. "_generation"] then
    return
  end
  local statistics, rate = context.statistics(call), call[which].rate
  statistics[which .. "_span"] = statistics[which .. "_span"] + 1 / rate
  if call.now < statistics[which .. "_lowered"] + context.tuning(call).period then
    return
  end
  local lower = rates.lower(call, which, rate)
  statistics[which .. "_lowered"], statistics[which .. "_successes"] = call.now, 0
  rates.measure_anew(statistics, which)
  rates.next_generation(call, which)
  rates.set(call, which, math.floor(lower), "throttled")
end

function rates.come_back(statistics, which, rate, edge)
  local share = rate < edge * rates.LITTLE and rates.FAR or rates.NEAR
  local wanted = math.min(edge, rate + math.max((edge - rate) * share, rate * 2 * (rates.STEP - 1)))
  if rate < edge * rates.DEEP and edge * rates.DEEP <= wanted then
    rates.measure_anew(statistics, which) -- the dip is over
    statistics[which .. "_progress"] = 1 - rates.SOON / rates.CALLS
  end
  return wanted
end

-- `time`: microseconds that the call stands for.
function rates.raise_cubic(call, which, rate, time)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  rates.begin(statistics, which, rate)
  local peak, progress = statistics[which .. "_peak"], statistics[which .. "_progress"]
  local edge = math.floor(peak * (1 - rates.CRUISE))
  if progress >= 1 then
    progress = progress + math.min(rates.LEAP, time / tuning.recovery)
    statistics[which .. "_progress"] = progress
    local gone = 1 + rates.CLIMB * (progress - 1)
    return peak * gone * gone * gone
  elseif rate * rates.STEP < edge then
    return rates.come_back(statistics, which, rate, edge)
  end
  local step = math.max(1 / rates.CALLS, time / (rates.LONGEST * tuning.recovery))
  statistics[which .. "_progress"] = math.min(1, progress + math.min(time / tuning.recovery, step))
  return edge
end

-- May it rise now, or does it only measure?
function rates.may_rise(call, which)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  return call.now >= statistics[which .. "_lowered"] + tuning.period
    and call[which].rate * rates.STEP <= tuning[which .. "_ceiling"]
end

function rates.wanted(call, which, cost)
  local tuning, statistics, meter = context.tuning(call), context.statistics(call), call[which]
  if tuning.law == rates.AIMD then
    local enough = statistics[which .. "_successes"] >= tuning.raise_after
    return enough and meter.rate + math.floor(meter.base_rate * tuning.raise_by) or meter.rate
  end
  statistics[which .. "_taken"] = statistics[which .. "_taken"] + 1
  statistics[which .. "_span"] = statistics[which .. "_span"] + 1 / meter.rate
  if not rates.may_rise(call, which) then
    return meter.rate
  end
  return math.floor(rates.raise_cubic(call, which, meter.rate, cost * meter.unit / meter.rate))
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

-- A call was taken.
function rates.accepted(call, lease)
  if rates.is_tunable(call.requests) then
    rates.accepted_one(call, "requests", lease.requests_generation, 1)
  end
  if rates.is_tunable(call.tokens) then
    rates.accepted_one(call, "tokens", lease.tokens_generation, lease.reservation)
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
    rates.throttled_one(call, "requests", lease.requests_generation)
  elseif tokens then
    rates.throttled_one(call, "tokens", lease.tokens_generation)
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
