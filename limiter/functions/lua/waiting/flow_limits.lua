-- What a flow may do of its own: calls in flight, requests a minute, tokens a day. What keeps it from running is a
-- number in its record, and a word for callers.
local flow_limits = { IN_FLIGHT = 1, REQUESTS = 2, TOKENS = 3, SUSPENDED = 4 }

function flow_limits.word(why)
  if why == flow_limits.IN_FLIGHT then
    return "flow_in_flight"
  elseif why == flow_limits.REQUESTS then
    return "flow_requests_per_minute"
  end
  return why == flow_limits.TOKENS and "flow_tokens_per_day" or "flow_suspended"
end

function flow_limits.cap(call, flow)
  if flow.cap >= 0 then
    return flow.cap
  end
  return call.rules and call.rules.flow_in_flight or context.UNLIMITED
end

function flow_limits.has_room(call, flow)
  return flow.in_flight < flow_limits.cap(call, flow)
end

-- What keeps a flow from running such a job, and until when (0: until an event); nil where nothing does.
function flow_limits.refusal(call, flow, reservation)
  if flow.suspended == 1 then
    return flow_limits.SUSPENDED, 0
  end
  if not flow_limits.has_room(call, flow) then
    return flow_limits.IN_FLIGHT, 0
  end
  if flow.limited == 0 then
    return nil
  end
  local requests, tokens = records.own_requests(flow), records.own_tokens(flow)
  local wait = requests and meters.wait(call.now, requests, 1) or 0
  if wait > 0 then
    return flow_limits.REQUESTS, call.now + wait
  end
  wait = tokens and meters.wait(call.now, tokens, reservation) or 0
  if wait > 0 then
    return flow_limits.TOKENS, call.now + wait
  end
end

-- One more call in flight.
function flow_limits.take_slot(call, flow)
  flow.in_flight = flow.in_flight + 1
  if flow.blocked == 0 and not flow_limits.has_room(call, flow) then
    fair_order.block(call, flow, flow_limits.IN_FLIGHT, 0)
  end
end

function flow_limits.give_slot_back(call, flow)
  flow.in_flight = flow.in_flight - 1
  if flow.why == flow_limits.IN_FLIGHT and flow_limits.has_room(call, flow) then
    fair_order.unblock(call, flow)
  end
end

-- A call begins: it takes a slot, and spends of what the flow has of its own.
function flow_limits.start(call, flow, reservation)
  if flow.limited == 1 then
    local requests, tokens = records.own_requests(flow), records.own_tokens(flow)
    if requests then
      meters.spend(call.now, requests, 1)
    end
    if tokens then
      meters.spend(call.now, tokens, reservation)
    end
  end
  flow_limits.take_slot(call, flow)
end

-- A call ended, which used more than its reservation, or (negative) less.
function flow_limits.correct(call, flow, over, never_sent)
  local requests, tokens = records.own_requests(flow), records.own_tokens(flow)
  if tokens and over ~= 0 and (over > 0 or meters.refunds(tokens)) then
    meters.spend(call.now, tokens, over)
  end
  if requests and never_sent and meters.refunds(requests) then
    meters.spend(call.now, requests, -1)
  end
  if flow.unblocks_at > 0 and (over < 0 or never_sent) then
    fair_order.unblock(call, flow)
  end
end

-- Its limits changed: it may be able to run.
function flow_limits.review(call, flow)
  if flow.blocked == 1 and flow.suspended == 0 and flow_limits.has_room(call, flow) then
    fair_order.unblock(call, flow)
  end
end
