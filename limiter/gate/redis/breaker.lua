-- The circuit breaker: failures trip it, probes held by their leases heal it (memory/breaker.py). Every
-- transition starts a new generation; outcomes of an older one never move it.
--
-- Reads `tuning` (its rule), `state` and `tally` (what it counts); keeps the calls of its window, where it
-- watches one, in the list <base>:window.
local CLOSED, OPEN, HALF_OPEN = 0, 1, 2
local AUTO, OBSERVE, FORCED_OPEN = 0, 1, 2
local MOST_CALLS = 10000 -- that a window of seconds remembers
local DROPPED = 100 -- calls that leave the window in one step, at most

-- inline
local function breaker_name(state_number)
  return state_number == CLOSED and "closed" or state_number == OPEN and "open" or "half_open"
end

-- inline
local function breaker_records()
  return tuning.mode == AUTO or tuning.mode == OBSERVE
end

local function breaker_move(to, why)
  local before = state.breaker
  state.breaker, state.generation = to, state.generation + 1
  tally.failures, tally.successes, tally.throttles = 0, 0, 0
  if tally.calls > 0 then
    redis.call("DEL", base .. ":window")
    tally.calls, tally.failed, tally.slow = 0, 0, 0
  end
  if before ~= to then
    note("breaker", breaker_name(before), breaker_name(to), why)
  end
end

local function breaker_restart()
  breaker_move(CLOSED, "an operator changed its mode")
  tally.opens = 0
end

local function breaker_advance()
  if breaker_records() and state.breaker == OPEN and now >= state.retry_at then
    breaker_move(HALF_OPEN, "its time is over")
  end
end

-- Why nothing may be sent now, and when to ask again; reads only.
local function breaker_refusal()
  if tuning.mode == FORCED_OPEN then
    return "breaker_open"
  end
  if tuning.mode ~= AUTO or state.breaker == CLOSED then
    return nil
  end
  if state.breaker == OPEN and now < state.retry_at then
    return "breaker_open", state.retry_at
  end
  if state.probes >= tuning.probes then
    return "breaker_probing"
  end
end

local function breaker_wants_probe()
  return breaker_records() and state.breaker == HALF_OPEN and state.probes < tuning.probes
end

-- The state as it acts.
local function breaker_seen()
  if not tuning then
    return state.breaker
  end
  if tuning.mode == FORCED_OPEN then
    return OPEN
  end
  return breaker_records() and state.breaker or CLOSED
end

local function breaker_trip(retry_after, random, why)
  breaker_move(OPEN, why)
  local grown = math.floor(tuning.open * 2 ^ math.min(tally.opens, 30) * (1 + tuning.jitter * random))
  tally.opens = tally.opens + 1
  state.retry_at = now + math.min(tuning.open_max, math.max(grown, retry_after))
end

local function breaker_succeeded()
  tally.successes = tally.successes + 1
  if tally.successes >= tuning.successes then
    breaker_move(CLOSED, "probes succeeded")
    tally.opens = 0
  end
end

local function window_outdated()
  if tuning.timed == 0 then
    return tally.calls > tuning.window
  end
  return tonumber(string.match(redis.call("LINDEX", base .. ":window", "0"), "^%d+")) <= now - tuning.window
end

-- Remember a call, forget those that left the window; why the breaker trips, if it does.
-- rare
local function window_counted(failed, slow)
  redis.call("RPUSH", base .. ":window", string.format("%.0f:%d%d", now, failed, slow))
  tally.calls, tally.failed, tally.slow = tally.calls + 1, tally.failed + failed, tally.slow + slow
  local dropped = 0
  while tally.calls > MOST_CALLS or (dropped < DROPPED and window_outdated()) do
    local was_failed, was_slow = string.match(redis.call("LPOP", base .. ":window"), ":(%d)(%d)$")
    tally.calls, tally.failed, tally.slow = tally.calls - 1, tally.failed - was_failed, tally.slow - was_slow
    dropped = dropped + 1
  end
  if tally.calls < tuning.minimum then
    return nil
  elseif tally.failed >= tuning.failure_rate * tally.calls then
    return "share of failed calls"
  elseif tally.slow >= tuning.slow_rate * tally.calls then
    return "share of slow calls"
  end
end

-- Count a call of a closed breaker; why it trips, if it does.
local function breaker_counted(failed, slow)
  tally.failures = failed and tally.failures + 1 or 0
  local windowed = tuning.failure_rate <= 1 or tuning.slow_rate <= 1
  local why = windowed and window_counted(failed and 1 or 0, slow and 1 or 0)
  if tally.failures >= tuning.failures then
    return "failures in a row"
  end
  return why
end

-- Take in an outcome of the current generation.
local function breaker_feed(outcome, probe, retry_after, random, slow)
  if not breaker_records() or (outcome ~= "success" and outcome ~= "failure") then
    return
  end
  local failed = outcome == "failure"
  if state.breaker == CLOSED then
    local why = breaker_counted(failed, slow)
    if why then
      breaker_trip(retry_after, random, why)
    end
  elseif state.breaker == HALF_OPEN and probe then
    if failed then
      breaker_trip(retry_after, random, "a probe failed")
    else
      breaker_succeeded()
    end
  end
end

-- The provider took a call of the current generation: a probe has succeeded, long before its end.
local function breaker_accepted(probe)
  tally.throttles = 0
  if probe and breaker_records() and tuning.heals_on_accepted == 1 and state.breaker == HALF_OPEN then
    breaker_succeeded()
  end
end

-- A throttle of the current generation, with the rate as low as it may go.
local function breaker_throttled(retry_after, random)
  if not breaker_records() or tuning.floor_throttles == 0 or state.breaker ~= CLOSED then
    return
  end
  tally.throttles = tally.throttles + 1
  if tally.throttles >= tuning.floor_throttles then
    breaker_trip(retry_after, random, "throttles at the lowest rate")
  end
end
