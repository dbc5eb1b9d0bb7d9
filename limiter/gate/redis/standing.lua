-- Everything that is checked before anybody is chosen: a reason and the moment worth asking again.
-- include "bucket"
-- include "breaker"

-- What keeps the whole upstream shut.
local function standing()
  if not rules then
    return "unconfigured"
  end
  if rules.paused then
    return "paused"
  end
  return breaker_refusal()
end

-- The shared limit that is in force.
local function limited()
  if rules.max_in_flight and state.in_flight >= rules.max_in_flight then
    return "in_flight"
  end
  if rules.requests then
    local wait = bucket_wait(rules.requests, 1)
    if wait > 0 then
      return rules.requests.reason, now + wait
    end
  end
end
