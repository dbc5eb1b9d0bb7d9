-- Everything that is checked before anybody is chosen: a reason and the moment worth asking again.
-- include "spending"
-- include "breaker"

local function breaker_standing()
  load_tuning()
  load_tally()
  return breaker_refusal()
end

-- What keeps the whole upstream shut.
local function standing()
  if not rules then
    return "unconfigured"
  end
  if rules.paused == 1 then
    return "paused"
  end
  if state.breaker ~= CLOSED or rules.breaker_mode ~= AUTO then
    local reason, retry_at = breaker_standing()
    if reason then
      return reason, retry_at
    end
  end
  if now < state.stopped_until then
    return "exhausted", state.stopped_until
  end
end

-- The shared limit in force that does not depend on who is next.
local function limited()
  if state.in_flight >= rules.max_in_flight then
    return "in_flight"
  end
  return short_of_requests()
end
