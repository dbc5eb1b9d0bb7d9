-- What is checked before any job is chosen: a reason to refuse, and the moment worth asking again.
local precheck = {}

-- What keeps the whole upstream shut.
function precheck.shut(call)
  local rules, state = call.rules, call.state
  if not rules then
    return "unconfigured"
  end
  if rules.paused == 1 then
    return "paused"
  end
  if state.breaker ~= breakers.CLOSED or rules.breaker_mode ~= breakers.AUTO then
    local reason, retry_at = breakers.refusal(call)
    if reason then
      return reason, retry_at
    end
  end
  if call.now < state.stopped_until then
    return "exhausted", state.stopped_until
  end
end

-- The shared limit in force that does not depend on which job is next.
function precheck.limited(call)
  if call.state.in_flight >= call.rules.max_in_flight then
    return "in_flight"
  end
  return spending.short_of_requests(call)
end
