-- A limit by name under the sliding counter: what the last window spent fades out evenly while this one runs.
--
-- rule    capacity, window
-- kept    start of a window, its count, that of the one before, the window's length
local limit_sliding_counter = {}

function limit_sliding_counter.open(call)
  local capacity, window, kept = call.rule[1], call.rule[2], limit_values.read(call)
  local moment = kept and math.max(call.now, kept[1]) or call.now
  local passed = moment % window
  local limit = {
    capacity = capacity, window = window, passed = passed, start = moment - passed, current = 0, previous = 0,
  }
  if kept and kept[4] ~= window then
    if moment < kept[1] + 2 * kept[4] then
      limit.current = kept[2] + kept[3] -- another rule's counts: all of it counts on
    end
  elseif kept and kept[1] == limit.start then
    limit.current, limit.previous = kept[2], kept[3]
  elseif kept and kept[1] == limit.start - window then
    limit.previous = kept[2]
  end
  return limit
end

-- Microseconds, from the start of the next window, until this one's count leaves room for so many units.
function limit_sliding_counter.fading(limit, units)
  local fits = math.floor((limit.capacity - units) * limit.window / limit.current)
  return math.max(0, limit.window - fits)
end

-- Has the last window's count faded so far that this much room is enough?
function limit_sliding_counter.fits(limit, room)
  return limit.previous * (limit.window - limit.passed) <= room * limit.window
end

function limit_sliding_counter.wait(call, limit, units)
  local room = limit.capacity - limit.current - units
  if room < 0 then
    return limit.start + limit.window + limit_sliding_counter.fading(limit, units) - call.now
  end
  if limit_sliding_counter.fits(limit, room) then
    return 0
  end
  return limit.start + limit.window - math.floor(room * limit.window / limit.previous) - call.now
end

function limit_sliding_counter.left(_, limit)
  local faded = math.ceil(limit.previous * (limit.window - limit.passed) / limit.window)
  return math.max(0, limit.capacity - limit.current - faded)
end

function limit_sliding_counter.rest(call, limit)
  if limit.current > 0 then
    return limit.start + 2 * limit.window - call.now
  end
  return limit.previous > 0 and limit.start + limit.window - call.now or 0
end

function limit_sliding_counter.spend(call, limit, units)
  limit.current = limit.current + units
  local values = { limit.start, limit.current, limit.previous, limit.window }
  limit_values.keep(call, values, limit_sliding_counter.rest(call, limit))
end
