-- Rates that tune themselves (memory/control.py says how and why). `which` is "requests" or "tokens": its meter is
-- call[which], what is counted of it lies in the statistics and the state under its name.
local rates = {
  STEP = 1.01, -- a rise by less is not worth a change
  GENTLE = 8, -- `lower_by` over this: how far below the rate that is borne it goes back to
  SHARP = 0.7, -- of `lower_by`, after a rise beyond that rate
  CALLS = 160, -- in a recovery at least ...
  LONGEST = 10, -- ... unless they take longer than so many times `recovery`
  BEGINNING = 2, -- recoveries that a rate which was never throttled has behind it
  BEYOND = 2.5, -- recoveries after which a quota that did not rise would have throttled
  SWELL = 3.375, -- what the curve reaches there, (BEYOND - 1) cubed
  GAIN = 1.5, -- share by which the rate then rises in each recovery
  PROBATION = 0.25, -- recoveries that it stays at the edge after a dip until that counts as over
  EVIDENCE = 2, -- calls taken, for each time that a measured rate goes into the known one
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

-- So much the provider bears; measure anew from here.
function rates.bears(call, which, rate)
  local statistics = context.statistics(call)
  statistics[which .. "_peak"], statistics[which .. "_taken"], statistics[which .. "_span"] = rate, 0, 0
end

function rates.forget(call, which)
  rates.bears(call, which, 0)
  context.statistics(call)[which .. "_progress"] = 0
end

-- Where a throttle leaves a rate of the cubic curve; `borne`: the rate at which calls were taken.
function rates.lower_cubic(tuning, statistics, which, rate, borne)
  local gentle = tuning.lower_by / rates.GENTLE
  local lower = math.max(rate * (1 - tuning.lower_by), borne * (1 - gentle))
  local rising = statistics[which .. "_progress"] >= rates.BEYOND and statistics[which .. "_taken"] < rates.CALLS
  if rising then -- on what the provider had saved up: not below what it bore before
    local before = statistics[which .. "_peak"] / (1 + gentle * rates.SWELL)
    lower = math.max(math.min(lower, rate * (1 - tuning.lower_by * rates.SHARP)), before * (1 - gentle))
  end
  return math.min(lower, rate * (1 - gentle))
end

function rates.lower(call, which, rate)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  if tuning.law == rates.AIMD then
    return rate * (1 - tuning.lower_by)
  end
  local borne = statistics[which .. "_taken"] / statistics[which .. "_span"]
  local lower = rates.lower_cubic(tuning, statistics, which, rate, borne)
  if statistics[which .. "_taken"] * borne >= rates.EVIDENCE * statistics[which .. "_peak"] then
    rates.bears(call, which, math.floor(lower / (1 - tuning.lower_by / rates.GENTLE)))
  end
  return lower
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
  statistics[which .. "_progress"] = 0
  rates.next_generation(call, which)
  rates.set(call, which, math.floor(lower), "throttled")
end

-- Twice the rate at each success, but not more than that in a period.
function rates.double(tuning, statistics, which, rate, edge, time)
  local progress = statistics[which .. "_progress"] + math.min(1, time / tuning.period)
  local wanted = math.min(edge, rate * (1 + progress))
  if wanted >= rate * rates.STEP then
    progress = 0
  end
  if wanted == edge then
    progress = -rates.PROBATION
  end
  statistics[which .. "_progress"] = progress
  return wanted
end

-- `time`: microseconds that the call stands for.
function rates.raise_cubic(call, which, rate, time)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  if statistics[which .. "_peak"] == 0 then
    statistics[which .. "_peak"], statistics[which .. "_progress"] = rate, rates.BEGINNING
  end
  local gentle = tuning.lower_by / rates.GENTLE
  local edge = math.floor(statistics[which .. "_peak"] * (1 - gentle))
  if rate * rates.STEP < edge then
    return rates.double(tuning, statistics, which, rate, edge, time)
  end
  local before = statistics[which .. "_progress"]
  local step = math.min(time / tuning.recovery, math.max(1 / rates.CALLS, time / (rates.LONGEST * tuning.recovery)))
  local progress = before + step
  statistics[which .. "_progress"] = progress
  if before < 0 and progress >= 0 then
    statistics[which .. "_taken"], statistics[which .. "_span"] = 0, 0 -- the dip is over
  end
  if progress < rates.BEYOND then
    local passed = math.max(0, progress) - 1
    return statistics[which .. "_peak"] * (1 + gentle * passed * passed * passed)
  end
  if before < rates.BEYOND or progress >= rates.BEYOND + 1 / rates.GAIN then
    rates.bears(call, which, rate)
    progress = rates.BEYOND
    statistics[which .. "_progress"] = progress
  end
  return statistics[which .. "_peak"] * (1 + rates.GAIN * (progress - rates.BEYOND))
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
