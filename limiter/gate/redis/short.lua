-- The line of a short lane: its bunches in their order, and in each its jobs in the order of their arrival, as one
-- text beside the lane's record. What a decision reads of it is at its front, and so is what it changes.
--
--   bunch   score, number of jobs, bytes of these, name; then its jobs
--   job     arrival, hold, input, output, id
local BUNCH_LAYOUT, JOB_LAYOUT, FIRST_LAYOUT = "<dHHHc0", "<idddHc0", "<dHHHc0idddHc0"
local ID_LENGTH = 28 -- bytes of a job before the length of its id
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

-- Tables of score, name, number of jobs, and the text of these.
local function short_bunches(line)
  local bunches, at = {}, 1
  while at <= #line do
    local score, size, bytes, name, jobs = struct.unpack(BUNCH_LAYOUT, line, at)
    at = jobs + bytes
    bunches[#bunches + 1] = { score, name, size, string.sub(line, jobs, at - 1) }
  end
  return bunches
end

local function short_line(bunches)
  local parts = {}
  for i, bunch in ipairs(bunches) do
    parts[2 * i - 1] = struct.pack(BUNCH_LAYOUT, bunch[1], bunch[3], #bunch[4], #bunch[2], bunch[2])
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
  while at <= #jobs and struct.unpack("<i", jobs, at) < arrival do
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
  local oldest = bunch[3] > 0 and struct.unpack("<i", jobs) or job.arrival
  local at = short_find(jobs, job.arrival)
  local added = struct.pack(JOB_LAYOUT, job.arrival, job.hold, job.input, job.output, #job.id, job.id)
  bunch[1] = bunch[1] + math.min(oldest, job.arrival) - oldest + AGEING
  bunch[3], bunch[4] = bunch[3] + 1, string.sub(jobs, 1, at - 1) .. added .. string.sub(jobs, at)
  short_insert(bunches, bunch)
  return short_line(bunches)
end

-- The line without one of its jobs.
local function short_without(line, name, job)
  local bunches = short_bunches(line)
  local bunch = short_pick(bunches, name)
  local jobs = bunch[4]
  local oldest = struct.unpack("<i", jobs)
  local at = short_find(jobs, job.arrival)
  jobs = string.sub(jobs, 1, at - 1) .. string.sub(jobs, at + ID_LENGTH + 2 + #job.id)
  if jobs ~= "" then
    bunch[1] = bunch[1] + struct.unpack("<i", jobs) - oldest - AGEING
    bunch[3], bunch[4] = bunch[3] - 1, jobs
    short_insert(bunches, bunch)
  end
  return short_line(bunches)
end

-- Arrivals and ids of a bunch's jobs, in turn.
local function short_scored(jobs)
  local scored, at = {}, 1
  while at <= #jobs do
    local arrival, _, _, _, id, behind = struct.unpack(JOB_LAYOUT, jobs, at)
    scored[#scored + 1], scored[#scored + 2] = arrival, id
    at = behind
  end
  return scored
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

-- The line without its first job, which was found with all of this (lane.lua).
local function short_shifted(line, job, score, size, bytes, name, behind)
  local shifted = string.sub(line, behind)
  if size == 1 then
    return shifted
  end
  local moved = score + (struct.unpack("<i", shifted) - job.arrival) - AGEING
  local left = bytes - (ID_LENGTH + 2 + #job.id)
  shifted = struct.pack(BUNCH_LAYOUT, moved, size - 1, left, #name, name) .. shifted
  if moved > score then
    return short_ordered(shifted)
  end
  return shifted
end
