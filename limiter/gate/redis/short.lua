-- The line of a short lane: its bunches in their order, and in each its jobs in the order of their arrival, as one
-- text beside the lane's record. What a decision reads of it is at its front, and so is what it changes.
--
--   bunch   "<dHHHc0": score, number of jobs, bytes of these, name; then its jobs
--   job     "<ddddHc0": arrival, hold, input, output, id
-- include "clock"
local AGEING = 16 -- arrivals by which each of its jobs puts a bunch back
local ID_LENGTH = 32 -- bytes of a job before the length of its id

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

-- Tables of score, name, number of jobs, and the text of these.
local function short_bunches(line)
  local bunches, at = {}, 1
  while at <= #line do
    local score, size, bytes, name, jobs = struct.unpack("<dHHHc0", line, at)
    at = jobs + bytes
    bunches[#bunches + 1] = { score, name, size, string.sub(line, jobs, at - 1) }
  end
  return bunches
end

local function short_line(bunches)
  local parts = {}
  for i, bunch in ipairs(bunches) do
    parts[2 * i - 1] = struct.pack("<dHHHc0", bunch[1], bunch[3], #bunch[4], #bunch[2], bunch[2])
    parts[2 * i] = bunch[4]
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

-- Where the first job begins that arrived no earlier, and how many are before it.
local function short_find(jobs, arrival)
  local at, before = 1, 0
  while at <= #jobs and struct.unpack("<d", jobs, at) < arrival do
    at = at + ID_LENGTH + 2 + struct.unpack("<H", jobs, at + ID_LENGTH)
    before = before + 1
  end
  return at, before
end

-- The line with one job more; `first` is the score of a bunch that begins with it.
local function short_with(line, name, first, job)
  local bunches = short_bunches(line)
  local bunch = short_pick(bunches, name) or { first - AGEING, name, 0, "" }
  local jobs = bunch[4]
  local oldest = bunch[3] > 0 and struct.unpack("<d", jobs) or job.arrival
  local at = short_find(jobs, job.arrival)
  local added = struct.pack("<ddddHc0", job.arrival, job.hold, job.input, job.output, #job.id, job.id)
  bunch[1] = bunch[1] + math.min(oldest, job.arrival) - oldest + AGEING
  bunch[3], bunch[4] = bunch[3] + 1, string.sub(jobs, 1, at - 1) .. added .. string.sub(jobs, at)
  short_insert(bunches, bunch)
  local with = short_line(bunches)
  return with
end

-- The line without one of its jobs.
local function short_without(line, name, job)
  local bunches = short_bunches(line)
  local bunch = short_pick(bunches, name)
  local jobs = bunch[4]
  local oldest = struct.unpack("<d", jobs)
  local at = short_find(jobs, job.arrival)
  jobs = string.sub(jobs, 1, at - 1) .. string.sub(jobs, at + ID_LENGTH + 2 + #job.id)
  if jobs ~= "" then
    bunch[1] = bunch[1] + struct.unpack("<d", jobs) - oldest - AGEING
    bunch[3], bunch[4] = bunch[3] - 1, jobs
    short_insert(bunches, bunch)
  end
  local without = short_line(bunches)
  return without
end

-- Jobs of the line before one of them.
local function short_ahead(line, name, arrival)
  local ahead = 0
  for _, bunch in ipairs(short_bunches(line)) do
    if bunch[2] == name then
      local _, before = short_find(bunch[4], arrival)
      return ahead + before
    end
    ahead = ahead + bunch[3]
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
