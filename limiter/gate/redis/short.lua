-- The line of a short lane: its bunches in their order, and in each its jobs in the order of their arrival, as one
-- text beside the lane's record. What a decision reads of it is at its front, and so is what it changes.
--
--   bunch   score, number of jobs, name, jobs
--   job     arrival, hold, input, output, id
-- include "clock"
local AGEING = 16 -- arrivals by which each of its jobs puts a bunch back

-- Does the one member go before the other, at equal scores, as in a sorted set?
local function precedes(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then
      return a < b
    end
  end
  return #one < #other
end

-- Tables of score, name, jobs; and these of arrival, hold, input, output, id.
local function short_bunches(line)
  local bunches, at = {}, 1
  while at <= #line do
    local score, size, name, behind = struct.unpack("<dHHc0", line, at)
    local jobs = {}
    for i = 1, size do
      jobs[i] = { struct.unpack("<ddddHc0", line, behind) }
      behind = jobs[i][6]
    end
    bunches[#bunches + 1] = { score, name, jobs }
    at = behind
  end
  return bunches
end

local function short_line(bunches)
  local parts = {}
  for _, bunch in ipairs(bunches) do
    parts[#parts + 1] = struct.pack("<dHHc0", bunch[1], #bunch[3], #bunch[2], bunch[2])
    for _, job in ipairs(bunch[3]) do
      parts[#parts + 1] = struct.pack("<ddddHc0", job[1], job[2], job[3], job[4], #job[5], job[5])
    end
  end
  return table.concat(parts)
end

-- Put a bunch where it belongs among the others.
local function short_insert(bunches, bunch)
  local at = #bunches + 1
  while at > 1 do
    local before = bunches[at - 1]
    if before[1] < bunch[1] or (before[1] == bunch[1] and precedes(before[2], bunch[2])) then
      break
    end
    at = at - 1
  end
  table.insert(bunches, at, bunch)
end

-- Take a bunch out of the others; nil where there is none of this name.
local function short_pick(bunches, name)
  for at, bunch in ipairs(bunches) do
    if bunch[2] == name then
      return table.remove(bunches, at)
    end
  end
end

-- The line with one job more; `first` is the score of a bunch that begins with it.
local function short_with(line, name, first, job)
  local bunches = short_bunches(line)
  local bunch = short_pick(bunches, name) or { first - AGEING, name, {} }
  local jobs = bunch[3]
  local oldest, at = jobs[1] and jobs[1][1] or job.arrival, #jobs + 1
  while at > 1 and jobs[at - 1][1] > job.arrival do
    at = at - 1
  end
  table.insert(jobs, at, { job.arrival, job.hold, job.input, job.output, job.id })
  bunch[1] = bunch[1] + jobs[1][1] - oldest + AGEING
  short_insert(bunches, bunch)
  return short_line(bunches)
end

-- The line without one of its jobs.
local function short_without(line, name, id)
  local bunches = short_bunches(line)
  local bunch = short_pick(bunches, name)
  local jobs = bunch[3]
  local oldest = jobs[1][1]
  for at, job in ipairs(jobs) do
    if job[5] == id then
      table.remove(jobs, at)
      break
    end
  end
  if jobs[1] then
    bunch[1] = bunch[1] + jobs[1][1] - oldest - AGEING
    short_insert(bunches, bunch)
  end
  return short_line(bunches)
end

-- Jobs of the line before one of them.
local function short_ahead(line, name, id)
  local ahead = 0
  for _, bunch in ipairs(short_bunches(line)) do
    if bunch[2] == name then
      for at, job in ipairs(bunch[3]) do
        if job[5] == id then
          return ahead + at - 1
        end
      end
    end
    ahead = ahead + #bunch[3]
  end
  return ahead
end

-- The line in its order, whose first bunch was given a later place.
-- rare
local function short_ordered(line)
  local bunches = short_bunches(line)
  short_insert(bunches, table.remove(bunches, 1))
  return short_line(bunches)
end
