-- A rate that tunes itself (memory/control.py says how and why). `which` is r for requests, t for tokens.
-- include "spending"
local STEP = 1.01 -- a rise by less is not worth a change
local GENTLE = 8 -- `lower_by` over this: how far below the rate that is borne it goes back to
local SHARP = 0.7 -- of `lower_by`, after a rise beyond that rate
local CALLS = 160 -- in a recovery at least ...
local LONGEST = 10 -- ... unless they take longer than so many times `recovery`
local BEGINNING = 2 -- recoveries that a rate which was never throttled has behind it
local BEYOND = 2.5 -- recoveries after which a quota that did not rise would have throttled
local SWELL = 3.375 -- what the curve reaches there, (BEYOND - 1) cubed
local GAIN = 1.5 -- share by which the rate then rises in each recovery
local PROBATION = 0.25 -- recoveries that it stays at the edge after a dip until that counts as over
local EVIDENCE = 2 -- calls taken, for each time that a measured rate goes into the known one
local AIMD = 1
local ADAPTIVE = 3
local LEAST, MOST = 1, 5 -- multipliers between which the provider's is
local TRUST = 0.2

local function per_minute(meter, rate)
  return string.format("%.6g", rate * 60000000 / meter.y)
end

local function set_rate(which, meter, rate, reason)
  local before = meter.c
  local wanted = math.max(tuning[which .. "_floor"], math.min(tuning[which .. "_ceiling"], rate))
  meter.a, meter.b, meter.c = meter_level(meter), now, wanted
  meter.a = math.min(meter.z + wanted - 1, meter.a)
  note(which == "r" and "requests" or "tokens", per_minute(meter, before), per_minute(meter, wanted), reason)
end

-- So much the provider bears; measure anew from here.
local function bears(which, rate)
  tally[which .. "_peak"], tally[which .. "_taken"], tally[which .. "_span"] = rate, 0, 0
end

-- rare
local function control_forget(which)
  bears(which, 0)
  tally[which .. "_progress"] = 0
end

-- rare
local function control_lower(which, rate)
  if tuning.law == AIMD then
    return rate * (1 - tuning.lower_by)
  end
  local gentle = tuning.lower_by / GENTLE
  local borne = tally[which .. "_taken"] / tally[which .. "_span"]
  local rising = tally[which .. "_progress"] >= BEYOND and tally[which .. "_taken"] < CALLS
  local lower = math.max(rate * (1 - tuning.lower_by), borne * (1 - gentle))
  if rising then -- on what the provider had saved up: not below what it bore before
    local before = tally[which .. "_peak"] / (1 + gentle * SWELL)
    lower = math.max(math.min(lower, rate * (1 - tuning.lower_by * SHARP)), before * (1 - gentle))
  end
  lower = math.min(lower, rate * (1 - gentle))
  if tally[which .. "_taken"] * borne >= EVIDENCE * tally[which .. "_peak"] then
    bears(which, math.floor(lower / (1 - gentle)))
  end
  return lower
end

-- Lower the rate, unless this throttle says nothing of the one in force.
local function control_throttled(which, meter, rate_generation)
  if rate_generation ~= state[which .. "_rate"] then
    return
  end
  tally[which .. "_span"] = tally[which .. "_span"] + 1 / meter.c
  if now < tally[which .. "_lowered"] + tuning.period then
    return
  end
  local lower = control_lower(which, meter.c)
  tally[which .. "_lowered"], tally[which .. "_successes"], tally[which .. "_progress"] = now, 0, 0
  state[which .. "_rate"] = state[which .. "_rate"] + 1
  set_rate(which, meter, math.floor(lower), "throttled")
end

-- Twice the rate at each success, but not more than that in a period.
-- rare
local function control_double(which, rate, edge, time)
  tally[which .. "_progress"] = tally[which .. "_progress"] + math.min(1, time / tuning.period)
  local wanted = math.min(edge, rate * (1 + tally[which .. "_progress"]))
  if wanted >= rate * STEP then
    tally[which .. "_progress"] = 0
  end
  if wanted == edge then
    tally[which .. "_progress"] = -PROBATION
  end
  return wanted
end

-- `time`: microseconds that the call stands for.
local function control_raise(which, rate, time)
  if tally[which .. "_peak"] == 0 then
    tally[which .. "_peak"], tally[which .. "_progress"] = rate, BEGINNING
  end
  local gentle = tuning.lower_by / GENTLE
  local edge = math.floor(tally[which .. "_peak"] * (1 - gentle))
  if rate * STEP < edge then
    return control_double(which, rate, edge, time)
  end
  local before = tally[which .. "_progress"]
  local progress = before + math.min(time / tuning.recovery, math.max(1 / CALLS, time / (LONGEST * tuning.recovery)))
  tally[which .. "_progress"] = progress
  if before < 0 and progress >= 0 then
    tally[which .. "_taken"], tally[which .. "_span"] = 0, 0 -- the dip is over
  end
  if progress < BEYOND then
    local passed = math.max(0, progress) - 1
    return tally[which .. "_peak"] * (1 + gentle * passed * passed * passed)
  end
  if before < BEYOND or progress >= BEYOND + 1 / GAIN then
    bears(which, rate)
    progress = BEYOND
    tally[which .. "_progress"] = progress
  end
  return tally[which .. "_peak"] * (1 + GAIN * (progress - BEYOND))
end

local function control_wanted(which, meter, limit, cost)
  if tuning.law == AIMD then
    local enough = tally[which .. "_successes"] >= tuning.raise_after
    return enough and meter.c + math.floor(limit * tuning.raise_by) or meter.c
  end
  tally[which .. "_taken"], tally[which .. "_span"] = tally[which .. "_taken"] + 1, tally[which .. "_span"] + 1 / meter.c
  if now < tally[which .. "_lowered"] + tuning.period or meter.c * STEP > tuning[which .. "_ceiling"] then
    return meter.c -- it measures, and does no more
  end
  return math.floor(control_raise(which, meter.c, cost * meter.y / meter.c))
end

local function control_accepted(which, meter, limit, rate_generation, cost)
  if rate_generation ~= state[which .. "_rate"] or state[which .. "_pressed"] == 0 then
    return
  end
  tally[which .. "_successes"] = tally[which .. "_successes"] + 1
  local wanted = math.min(tuning[which .. "_ceiling"], control_wanted(which, meter, limit, cost))
  if wanted >= meter.c * STEP then
    set_rate(which, meter, wanted, "accepted")
    state[which .. "_pressed"], tally[which .. "_successes"] = 0, 0
  end
end

local function tunable(meter)
  return meter and meter.kind == ADAPTIVE
end

-- A call was taken.
local function rates_accepted(lease)
  if tunable(requests) then
    control_accepted("r", requests, rules.r_x, lease.r_rate, 1)
  end
  if tunable(tokens) then
    control_accepted("t", tokens, rules.t_x, lease.t_rate, lease.hold)
  end
end

-- Was it the quota of tokens? Where the provider doesn't say, it is of the fuller limit.
local function about_tokens(quota)
  if quota ~= "" or not requests then
    return quota ~= "requests"
  end
  return meter_left(tokens) / meter_most(tokens) < meter_left(requests) / meter_most(requests)
end

-- The provider refused a call.
local function rates_throttled(quota, r_rate, t_rate)
  local r, t = tunable(requests), tunable(tokens)
  if r and t then
    t = about_tokens(quota)
    r = not t
  end
  if r then
    control_throttled("r", requests, r_rate)
  elseif t then
    control_throttled("t", tokens, t_rate)
  end
end

-- Can no rate fall any further?
local function at_floor()
  return not (tunable(requests) and requests.c > tuning.r_floor) and not (tunable(tokens) and tokens.c > tuning.t_floor)
end

-- A throttle while a minute's tokens were held: at which multiplier would that be the quota?
local function learn_multiplier(quota)
  if not tokens or not about_tokens(quota) then
    return
  end
  roll_minute()
  local fading = (60000000 - now % 60000000) / 60000000
  local input = state.input + state.input_before * fading
  local output = state.output + state.output_before * fading
  if output > 0 then
    local seen = math.max(LEAST, math.min(MOST, (tuning.t_units - input) / output))
    local known = tally.multiplier
    tally.multiplier = known == 0 and seen or known + TRUST * (seen - known)
  end
end
