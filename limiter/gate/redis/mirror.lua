-- The line beside a list (an rq queue's). The list is the membership, our line an index of it: ids that
-- somebody pushed are absorbed, and ids that somebody took out are dropped when their turn comes.
--
-- A job that still holds a lease (a retry pushed before its settle) is known but not in line: its record is
-- the empty string, and it enters the line when the lease ends.
-- include "line"

local BATCH = 100 -- ids that one call absorbs at most
local STALE = 20 -- ids that one call checks for having left the list

local function number_of(text, least, most)
  local number = tonumber(text or 0) or 0
  if number ~= number then
    return 0
  end
  return math.floor(math.max(least, math.min(most, number)))
end

-- Enter a job from the list, with what its hash says of it.
local function adopt(id, front)
  if redis.call("HEXISTS", base .. ":running", id) == 1 then
    redis.call("HSET", base .. ":jobs", id, "")
    return
  end
  local found = redis.call(
    "HMGET", ARGV[2] .. id, "gate_flow", "gate_group", "gate_priority", "gate_document", "gate_tokens"
  )
  enter({
    id = id, flow = found[1] or "", group = found[2] or "", document = found[4] or "",
    priority = number_of(found[3], -PRIORITY_LIMIT, PRIORITY_LIMIT), tokens = number_of(found[5], 0, 1e9),
  }, front)
end

-- The ids of a stretch of the list, and what is known of each (false: nothing).
local function stretch(from, size)
  local ids = redis.call("LRANGE", list, from, from + size - 1)
  if #ids == 0 then
    return ids, {}
  end
  return ids, redis.call("HMGET", base .. ":jobs", unpack(ids))
end

-- Absorb what was pushed at the head; the last one pushed goes before all others of its flow.
local function absorb_head()
  local ids, known = stretch(0, BATCH)
  local fresh = 0
  while fresh < #ids and not known[fresh + 1] do
    fresh = fresh + 1
  end
  for i = fresh, 1, -1 do
    adopt(ids[i], true)
  end
  return fresh
end

-- Where the ids begin that were pushed at the tail: right behind the known ones, unless ids left the list.
local function boundary(length, known)
  local guess = math.min(known, length)
  local _, seen = stretch(math.max(0, guess - 1), 2)
  local before = guess == 0 or seen[1]
  local after = seen[guess == 0 and 1 or 2]
  if before and not after then
    return guess
  end
  local low, high = 0, length
  while low < high do
    local middle = math.floor((low + high) / 2)
    local _, found = stretch(middle, 1)
    if found[1] then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local function absorb_stretch(from, size)
  local ids, known = stretch(from, size)
  local twice = {}
  for i, id in ipairs(ids) do
    if not known[i] and not twice[id] then
      twice[id] = true
      adopt(id, false)
    end
  end
  return #ids
end

-- rare
local function absorb_changes(length, known, at_head, at_tail)
  local fresh = 0
  if known > 0 and not at_head then
    fresh = absorb_head()
  end
  if fresh < BATCH and (known + fresh < length or not at_tail) then
    absorb_stretch(boundary(length, known + fresh), BATCH - fresh)
  end
end

-- Bring the index up to date with both ends of the list; cheap where nothing changed.
local function absorb()
  if list == "" then
    return
  end
  local length = redis.call("LLEN", list)
  if length == 0 then
    return
  end
  local known = redis.call("HLEN", base .. ":jobs")
  local head, tail = redis.call("LINDEX", list, "0"), redis.call("LINDEX", list, "-1")
  local ends = redis.call("HMGET", base .. ":jobs", head, tail)
  if known < length or not ends[1] or not ends[2] then
    absorb_changes(length, known, ends[1], ends[2])
  end
end

-- Claim a job whose turn came: false where somebody took it out of the list.
local function claim(id)
  return list == "" or redis.call("LREM", list, "1", id) > 0
end

-- After a lease ended: its job enters the line where it was pushed again meanwhile.
local function readmit(id)
  if list ~= "" and redis.call("HGET", base .. ":jobs", id) == "" then
    redis.call("HDEL", base .. ":jobs", id)
    adopt(id, false)
  end
end

-- Drop ids that left the list by other means; a few a call, and only when the counts disagree.
local function drop_stale()
  if redis.call("HLEN", base .. ":jobs") <= redis.call("LLEN", list) then
    return
  end
  local page = redis.call("HSCAN", base .. ":jobs", state.stale or 0, "COUNT", STALE)
  state.stale = page[1]
  for i = 1, #page[2], 2 do
    local id = page[2][i]
    if not redis.call("LPOS", list, id) then
      local job = job_of(id)
      if job then
        leave(job)
      else
        redis.call("HDEL", base .. ":jobs", id)
      end
    end
  end
end

-- The slow round that finds whatever the ends don't show.
local function sweep_list()
  if list == "" then
    return
  end
  absorb()
  local seen = absorb_stretch(state.sweep, BATCH)
  state.sweep = seen < BATCH and 0 or state.sweep + BATCH
  drop_stale()
end
