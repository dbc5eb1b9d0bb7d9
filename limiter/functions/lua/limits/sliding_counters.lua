-- A limit under the sliding counter: what the last window spent fades out evenly while this one runs.
local sliding_counters = {}

-- This window's start and count, the last one's count, and how much of this one has passed.
function sliding_counters.at(now, meter)
  local passed = now % meter.window
  local start = now - passed
  if meter.updated_at == start then
    return start, meter.level, meter.previous, passed
  end
  return start, 0, meter.updated_at == start - meter.window and meter.level or 0, passed
end

-- Microseconds until so many units are free.
function sliding_counters.wait(now, meter, units)
  local start, current, previous, passed = sliding_counters.at(now, meter)
  local room = meter.capacity - current - units
  if room < 0 then
    -- The next window, in which this one's count has faded far enough.
    local fits = math.floor((meter.capacity - units) * meter.window / current)
    return start + meter.window + math.max(0, meter.window - fits) - now
  end
  if previous * (meter.window - passed) <= room * meter.window then
    return 0
  end
  return start + meter.window - math.floor(room * meter.window / previous) - now
end

function sliding_counters.spend(now, meter, units)
  local start, current, previous = sliding_counters.at(now, meter)
  meter.updated_at, meter.level, meter.previous = start, current + units, previous
end

-- Units that are free.
function sliding_counters.left(now, meter)
  local _, current, previous, passed = sliding_counters.at(now, meter)
  local faded = math.ceil(previous * (meter.window - passed) / meter.window)
  return math.max(0, meter.capacity - current - faded)
end

-- Microseconds until all is free.
function sliding_counters.rest(now, meter)
  local start, current, previous = sliding_counters.at(now, meter)
  if current > 0 then
    return start + 2 * meter.window - now
  end
  return previous > 0 and start + meter.window - now or 0
end
