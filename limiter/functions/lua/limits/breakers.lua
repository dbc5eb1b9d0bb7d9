-- The circuit breaker: failures trip it, probes held by their leases heal it (memory/breaker.py). Every transition
-- starts a new generation; outcomes of an older one never move it.
--
-- Reads the call's tuning (its rule), state and statistics (what it counts); keeps the calls of its window, where it
-- watches one, in the list <base>:window.
local breakers = {
  CLOSED = 0, OPEN = 1, HALF_OPEN = 2,
  AUTO = 0, OBSERVE = 1, FORCED_OPEN = 2,
  MOST_CALLS = 10000, -- that a window of seconds remembers
  DROPPED = 100, -- calls that leave the window in one step, at most
  MOST_DOUBLINGS = 30, -- of the open time
}

function breakers.name(state)
  return state == breakers.CLOSED and "closed" or state == breakers.OPEN and "open" or "half_open"
end

-- Do outcomes move it, or did an operator decide?
function breakers.records(call)
  local mode = context.tuning(call).mode
  return mode == breakers.AUTO or mode == breakers.OBSERVE
end

function breakers.move(call, to, why)
  local state, statistics = call.state, context.statistics(call)
  local before = state.breaker
  state.breaker, state.generation = to, state.generation + 1
  statistics.failures, statistics.successes, statistics.throttles = 0, 0, 0
  if statistics.calls > 0 then
    redis.call("DEL", call.base .. ":window")
    statistics.calls, statistics.failed, statistics.slow = 0, 0, 0
  end
  if before ~= to then
    context.note(call, "breaker", breakers.name(before), breakers.name(to), why)
  end
end

function breakers.restart(call)
  breakers.move(call, breakers.CLOSED, "an operator changed its mode")
  context.statistics(call).opens = 0
end

function breakers.advance(call)
  local state = call.state
  if state.breaker == breakers.OPEN and call.now >= state.retry_at and breakers.records(call) then
    breakers.move(call, breakers.HALF_OPEN, "its time is over")
  end
end

-- Why nothing may be sent now, and when to ask again; reads only.
function breakers.refusal(call)
  local state, tuning = call.state, context.tuning(call)
  if tuning.mode == breakers.FORCED_OPEN then
    return "breaker_open"
  end
  if tuning.mode ~= breakers.AUTO or state.breaker == breakers.CLOSED then
    return nil
  end
  if state.breaker == breakers.OPEN and call.now < state.retry_at then
    return "breaker_open", state.retry_at
  end
  if state.probes >= tuning.probes then
    return "breaker_probing"
  end
end

function breakers.wants_probe(call)
  local state = call.state
  return state.breaker == breakers.HALF_OPEN and breakers.records(call)
    and state.probes < context.tuning(call).probes
end

-- The state as it acts.
function breakers.acting(call)
  local tuning = context.tuning(call)
  if not tuning then
    return call.state.breaker
  end
  if tuning.mode == breakers.FORCED_OPEN then
    return breakers.OPEN
  end
  return breakers.records(call) and call.state.breaker or breakers.CLOSED
end

-- Microseconds that it stays open, after so many times that it opened in a row.
function breakers.open_time(tuning, opens, retry_after, random)
  local doubled = 2 ^ math.min(opens, breakers.MOST_DOUBLINGS)
  local grown = math.floor(tuning.open * doubled * (1 + tuning.jitter * random))
  return math.min(tuning.open_max, math.max(grown, retry_after))
end

function breakers.trip(call, retry_after, random, why)
  breakers.move(call, breakers.OPEN, why)
  local statistics = context.statistics(call)
  local open = breakers.open_time(context.tuning(call), statistics.opens, retry_after, random)
  statistics.opens = statistics.opens + 1
  call.state.retry_at = call.now + open
end

function breakers.succeeded(call)
  local statistics = context.statistics(call)
  statistics.successes = statistics.successes + 1
  if statistics.successes >= context.tuning(call).successes then
    breakers.move(call, breakers.CLOSED, "probes succeeded")
    statistics.opens = 0
  end
end

-- Has the window's oldest call left it?
function breakers.is_outdated(call)
  local tuning = context.tuning(call)
  if tuning.timed == 0 then
    return context.statistics(call).calls > tuning.window
  end
  local oldest = redis.call("LINDEX", call.base .. ":window", 0)
  return tonumber(string.match(oldest, "^%d+")) <= call.now - tuning.window
end

function breakers.drop_oldest(call)
  local statistics = context.statistics(call)
  local failed, slow = string.match(redis.call("LPOP", call.base .. ":window"), ":(%d)(%d)$")
  statistics.calls = statistics.calls - 1
  statistics.failed, statistics.slow = statistics.failed - failed, statistics.slow - slow
end

-- Remember a call, forget those that left the window.
function breakers.remember(call, failed, slow)
  local statistics = context.statistics(call)
  redis.call("RPUSH", call.base .. ":window", string.format("%.0f:%d%d", call.now, failed, slow))
  statistics.calls = statistics.calls + 1
  statistics.failed, statistics.slow = statistics.failed + failed, statistics.slow + slow
  local dropped = 0
  while statistics.calls > breakers.MOST_CALLS or (dropped < breakers.DROPPED and breakers.is_outdated(call)) do
    breakers.drop_oldest(call)
    dropped = dropped + 1
  end
end

-- Does the window trip it? Why.
function breakers.judge_window(call)
  local statistics, tuning = context.statistics(call), context.tuning(call)
  if statistics.calls < tuning.minimum then
    return nil
  elseif statistics.failed >= tuning.failure_rate * statistics.calls then
    return "share of failed calls"
  elseif statistics.slow >= tuning.slow_rate * statistics.calls then
    return "share of slow calls"
  end
end

function breakers.count_in_a_row(call, failed)
  local statistics = context.statistics(call)
  statistics.failures = failed and statistics.failures + 1 or 0
end

-- Count a call of a closed breaker; why it trips, if it does.
function breakers.count(call, failed, slow)
  local tuning = context.tuning(call)
  breakers.count_in_a_row(call, failed)
  local why
  if tuning.failure_rate <= 1 or tuning.slow_rate <= 1 then
    breakers.remember(call, failed and 1 or 0, slow and 1 or 0)
    why = breakers.judge_window(call)
  end
  if context.statistics(call).failures >= tuning.failures then
    return "failures in a row"
  end
  return why
end

-- Take in an outcome of the current generation.
function breakers.feed(call, outcome, probe, retry_after, random, slow)
  if (outcome ~= "success" and outcome ~= "failure") or not breakers.records(call) then
    return
  end
  local state, failed = call.state, outcome == "failure"
  if state.breaker == breakers.CLOSED then
    local why = breakers.count(call, failed, slow)
    if why then
      breakers.trip(call, retry_after, random, why)
    end
  elseif state.breaker == breakers.HALF_OPEN and probe then
    if failed then
      breakers.trip(call, retry_after, random, "a probe failed")
    else
      breakers.succeeded(call)
    end
  end
end

-- The provider took a call of the current generation: a probe has succeeded, long before its end.
function breakers.accepted(call, probe)
  context.statistics(call).throttles = 0
  local heals = context.tuning(call).heals_on_accepted == 1
  if probe and heals and call.state.breaker == breakers.HALF_OPEN and breakers.records(call) then
    breakers.succeeded(call)
  end
end

-- A throttle of the current generation: of a probe, or with the rate as low as it may go.
function breakers.throttled(call, probe, at_floor, retry_after, random)
  local tuning, statistics = context.tuning(call), context.statistics(call)
  if not breakers.records(call) then
    return
  elseif probe and call.state.breaker == breakers.HALF_OPEN then
    breakers.trip(call, retry_after, random, "a probe was throttled")
    return
  elseif not at_floor or tuning.floor_throttles == 0 or call.state.breaker ~= breakers.CLOSED then
    return
  end
  statistics.throttles = statistics.throttles + 1
  if statistics.throttles >= tuning.floor_throttles then
    breakers.trip(call, retry_after, random, "throttles at the lowest rate")
  end
end
