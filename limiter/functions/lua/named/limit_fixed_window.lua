-- A limit by name that counts in windows which begin at whole multiples of their length.
--
-- rule    capacity, window
-- kept    when it was spent from last, and what was spent in that window
local limit_fixed_window = {}

function limit_fixed_window.open(call)
  local kept = limit_values.read(call) or { 0, 0 }
  return { capacity = call.rule[1], window = call.rule[2], last = kept[1], count = kept[2] }
end

-- Where the window that holds now ends; a clock that goes back stays in the window it was in.
function limit_fixed_window.edge(call, limit)
  local moment = math.max(call.now, limit.last)
  return moment - moment % limit.window + limit.window
end

function limit_fixed_window.used(call, limit)
  return limit.last >= limit_fixed_window.edge(call, limit) - limit.window and limit.count or 0
end

function limit_fixed_window.wait(call, limit, units)
  if limit_fixed_window.used(call, limit) + units <= limit.capacity then
    return 0
  end
  return limit_fixed_window.edge(call, limit) - call.now
end

function limit_fixed_window.left(call, limit)
  return math.max(0, limit.capacity - limit_fixed_window.used(call, limit))
end

function limit_fixed_window.rest(call, limit)
  return limit_fixed_window.used(call, limit) > 0 and limit_fixed_window.edge(call, limit) - call.now or 0
end

function limit_fixed_window.spend(call, limit, units)
  limit.count = math.max(0, limit_fixed_window.used(call, limit) + units)
  limit.last = math.max(call.now, limit.last)
  limit_values.keep(call, { limit.last, limit.count }, limit_fixed_window.rest(call, limit))
end
