-- The circuit breaker: consecutive failures trip it, probes held by their leases heal it. Every transition
-- starts a new generation; outcomes of an older one never move it.
local function breaker_records()
  return rules.breaker.mode == "auto" or rules.breaker.mode == "observe"
end

local function breaker_move(to)
  state.breaker, state.generation = to, state.generation + 1
  state.failures, state.successes = 0, 0
end

local function breaker_restart()
  breaker_move("closed")
  state.opens = 0
end

local function breaker_advance()
  if breaker_records() and state.breaker == "open" and now >= state.retry_at then
    breaker_move("half_open")
  end
end

-- Why nothing may be sent now, and when to ask again; reads only.
local function breaker_refusal()
  local mode = rules.breaker.mode
  if mode == "forced_open" then
    return "breaker_open"
  end
  if mode ~= "auto" or state.breaker == "closed" then
    return nil
  end
  if state.breaker == "open" and now < state.retry_at then
    return "breaker_open", state.retry_at
  end
  if state.probes >= rules.breaker.probes then
    return "breaker_probing"
  end
end

local function breaker_wants_probe()
  return breaker_records() and state.breaker == "half_open" and state.probes < rules.breaker.probes
end

-- The state as it acts.
local function breaker_seen()
  if not rules then
    return state.breaker
  end
  if rules.breaker.mode == "forced_open" then
    return "open"
  end
  return breaker_records() and state.breaker or "closed"
end

local function breaker_trip(retry_after, random)
  local rule = rules.breaker
  breaker_move("open")
  local grown = math.floor(rule.open * 2 ^ math.min(state.opens, 30) * (1 + rule.jitter * random))
  state.opens = state.opens + 1
  state.retry_at = now + math.min(rule.open_max, math.max(grown, retry_after))
end

local function breaker_probed(failed, retry_after, random)
  if failed then
    return breaker_trip(retry_after, random)
  end
  state.successes = state.successes + 1
  if state.successes >= rules.breaker.successes then
    breaker_move("closed")
    state.opens = 0
  end
end

-- Take in an outcome of the current generation.
local function breaker_feed(outcome, probe, retry_after, random)
  if not breaker_records() or (outcome ~= "success" and outcome ~= "failure") then
    return
  end
  local failed = outcome == "failure"
  if state.breaker == "closed" then
    state.failures = failed and state.failures + 1 or 0
    if state.failures >= rules.breaker.failures then
      breaker_trip(retry_after, random)
    end
  elseif state.breaker == "half_open" and probe then
    breaker_probed(failed, retry_after, random)
  end
end
