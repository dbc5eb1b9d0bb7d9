-- The line beside a list (an rq queue's). The list is the membership, our line an index of it: ids that
-- somebody pushed are absorbed, and ids that somebody took out are dropped when their turn comes.
--
-- A job that still holds a lease (a retry pushed before its settle) is known but not in line: it is marked,
-- and enters the line when the lease ends.
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
  local running = redis.call("HGET", records_key, "j" .. id)
  if only_runs(running) then
    redis.call("HSET", records_key, "j" .. id, RUNS_AND_WAITS .. string.sub(running, 2))
    state.again = state.again + 1
    return
  end
  local found = redis.call(
    "HMGET", ARGV[2] .. id, "gate_flow", "gate_group", "gate_priority", "gate_document", "gate_tokens", "gate_output"
  )
  local job = job_record({
    id = id, flow = found[1] or "", group = found[2] or "", document = found[4] or "",
    priority = number_of(found[3], -PRIORITY_LIMIT, PRIORITY_LIMIT),
    input = number_of(found[5], 0, 1e9), output = number_of(found[6], 0, 1e9),
  })
  enter(job, front)
end

-- The ids of a stretch of the list, and whether each is known to be in it.
local function stretch(from, size)
  local ids = redis.call("LRANGE", list, from, from + size - 1)
  if #ids == 0 then
    return ids, {}
  end
  local fields = {}
  for i, id in ipairs(ids) do
    fields[i] = "j" .. id
  end
  local known = redis.call("HMGET", records_key, unpack(fields))
  for i = 1, #ids do
    known[i] = known[i] and not only_runs(known[i])
  end
  return ids, known
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

local function absorb_ends(length)
  local known = state.waiting + state.again
  local head, tail = redis.call("LINDEX", list, "0"), redis.call("LINDEX", list, "-1")
  local ends = redis.call("HMGET", records_key, "j" .. head, "j" .. tail)
  local at_head, at_tail = ends[1] and not only_runs(ends[1]), ends[2] and not only_runs(ends[2])
  if known < length or not at_head or not at_tail then
    absorb_changes(length, known, at_head, at_tail)
  end
end

-- Bring the index up to date with both ends of the list; cheap where nothing changed.
local function absorb()
  local length = list == "" and 0 or redis.call("LLEN", list)
  if length > 0 then
    absorb_ends(length)
  end
end

-- Claim a job whose turn came: false where somebody took it out of the list.
-- inline
local function claim(id)
  return list == "" or redis.call("LREM", list, "1", id) > 0
end

-- Was a job that runs pushed again meanwhile?
local function pushed_again(id)
  local packed = state.again > 0 and redis.call("HGET", records_key, "j" .. id)
  return packed and string.byte(packed) == 65 -- "A"
end

-- After the lease of such a job ended: it enters the line.
-- rare
local function enter_again(id)
  state.again = state.again - 1
  adopt(id, false)
end

-- A job that was pushed again left the list: it runs, and that is all.
local function forget_again(id, packed)
  redis.call("HSET", records_key, "j" .. id, RUNS .. string.sub(packed, 2))
  state.again = state.again - 1
end

-- An id that is in the list no more.
local function forget_pushed(id, packed)
  if waits(packed) then
    leave(job_from(packed, id))
  else
    forget_again(id, packed)
  end
end

-- Drop ids that left the list by other means; a few a call, and only when the counts disagree.
local function drop_stale()
  if state.waiting + state.again <= redis.call("LLEN", list) then
    return
  end
  local page = redis.call("ZSCAN", due_key, tally.stale, "COUNT", STALE)
  tally.stale = tonumber(page[1])
  for i = 1, #page[2], 2 do
    local id = page[2][i]
    local packed = redis.call("HGET", records_key, "j" .. id)
    if not only_runs(packed) and not redis.call("LPOS", list, id) then
      forget_pushed(id, packed)
    end
  end
end

-- The slow round that finds whatever the ends don't show.
local function sweep_list()
  if list == "" then
    return
  end
  absorb()
  local seen = absorb_stretch(tally.sweep, BATCH)
  tally.sweep = seen < BATCH and 0 or tally.sweep + BATCH
  drop_stale()
end
