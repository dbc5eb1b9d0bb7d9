-- The queue beside a list (an rq queue's). The list is the membership, our queue an index of it: ids that were pushed
-- are absorbed, and ids that were taken out by others are dropped when their turn comes.
--
-- A job that still has a lease (a retry pushed before its settle) is known but not in the queue: it is marked, and
-- enters the queue when the lease ends.
local list_sync = {
  BATCH = 100, -- ids that one call absorbs at most
  STALE = 20, -- ids that one call checks for having left the list
  MOST_TOKENS = 1e9,
}

function list_sync.bounded(text, least, most)
  local number = tonumber(text or 0) or 0
  if number ~= number then
    return 0
  end
  return math.floor(math.max(least, math.min(most, number)))
end

-- A job as its hash describes it.
function list_sync.described(call, id)
  local found = redis.call(
    "HMGET", call.job_prefix .. id, "gate_flow", "gate_group", "gate_priority", "gate_document", "gate_tokens",
    "gate_output"
  )
  return {
    id = id, flow = found[1] or "", group = found[2] or "", document = found[4] or "",
    priority = list_sync.bounded(found[3], -jobs.PRIORITY_LIMIT, jobs.PRIORITY_LIMIT),
    input = list_sync.bounded(found[5], 0, list_sync.MOST_TOKENS),
    output = list_sync.bounded(found[6], 0, list_sync.MOST_TOKENS),
  }
end

-- Enter a job from the list.
function list_sync.adopt(call, id, front)
  call.adopted = (call.adopted or 0) + 1
  local packed = jobs.packed(call, id)
  if jobs.only_runs(packed) then
    local marked = jobs.RUNS_AND_WAITS .. jobs.lease_of(packed)
    redis.call("HSET", call.records_key, jobs.field(id), marked)
    call.state.again = call.state.again + 1
    return
  end
  queue.enter(call, list_sync.described(call, id), front)
end

-- Is an id known to be in the list, by its field?
function list_sync.is_known(packed)
  return packed and not jobs.only_runs(packed)
end

-- The ids of a stretch of the list, and whether each is known to be in it.
function list_sync.stretch(call, from, size)
  local ids = redis.call("LRANGE", call.list, from, from + size - 1)
  if #ids == 0 then
    return ids, {}
  end
  local fields = {}
  for i, id in ipairs(ids) do
    fields[i] = jobs.field(id)
  end
  local known = redis.call("HMGET", call.records_key, unpack(fields))
  for i = 1, #ids do
    known[i] = list_sync.is_known(known[i])
  end
  return ids, known
end

-- Absorb what was pushed at the head; the last one pushed goes before all others of its flow.
function list_sync.absorb_head(call)
  local ids, known = list_sync.stretch(call, 0, list_sync.BATCH)
  local fresh = 0
  while fresh < #ids and not known[fresh + 1] do
    fresh = fresh + 1
  end
  for i = fresh, 1, -1 do
    list_sync.adopt(call, ids[i], true)
  end
  return fresh
end

-- Where the ids begin that were pushed at the tail: right behind the known ones, unless ids left the list.
function list_sync.boundary(call, length, known)
  local guess = math.min(known, length)
  local _, seen = list_sync.stretch(call, math.max(0, guess - 1), 2)
  local before = guess == 0 or seen[1]
  local after = seen[guess == 0 and 1 or 2]
  if before and not after then
    return guess
  end
  local low, high = 0, length
  while low < high do
    local middle = math.floor((low + high) / 2)
    local _, found = list_sync.stretch(call, middle, 1)
    if found[1] then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

-- Absorb what is not known of a stretch; how many ids it has.
function list_sync.absorb_stretch(call, from, size)
  local ids, known = list_sync.stretch(call, from, size)
  local twice = {}
  for i, id in ipairs(ids) do
    if not known[i] and not twice[id] then
      twice[id] = true
      list_sync.adopt(call, id, false)
    end
  end
  return #ids
end

-- Bring the index up to date with both ends of the list; cheap where nothing changed.
function list_sync.absorb(call)
  local length = call.list == "" and 0 or redis.call("LLEN", call.list)
  if length == 0 then
    return
  end
  local known = call.state.waiting + call.state.again
  local head, tail = redis.call("LINDEX", call.list, 0), redis.call("LINDEX", call.list, -1)
  local ends = redis.call("HMGET", call.records_key, jobs.field(head), jobs.field(tail))
  local at_head, at_tail = list_sync.is_known(ends[1]), list_sync.is_known(ends[2])
  if known >= length and at_head and at_tail then
    return
  end
  local fresh = known > 0 and not at_head and list_sync.absorb_head(call) or 0
  if fresh < list_sync.BATCH and (known + fresh < length or not at_tail) then
    list_sync.absorb_stretch(call, list_sync.boundary(call, length, known + fresh), list_sync.BATCH - fresh)
  end
end

-- Did this call stop at its bound, with ids left that it has not seen? One that adopted none is at the end.
function list_sync.is_behind(call)
  local adopted = call.adopted or 0
  return adopted > 0 and redis.call("LLEN", call.list) > call.state.waiting + call.state.again
end

-- Claim the next job: false where it is no longer in the list.
function list_sync.claim(call, id)
  return call.list == "" or redis.call("LREM", call.list, 1, id) > 0
end

-- Was a job that runs pushed again meanwhile?
function list_sync.was_pushed_again(call, id)
  return call.state.again > 0 and jobs.runs_and_waits(jobs.packed(call, id))
end

-- The lease of such a job has ended: it enters the queue.
function list_sync.enter_again(call, id)
  call.state.again = call.state.again - 1
  list_sync.adopt(call, id, false)
end

-- A job that was pushed again left the list: it runs, and that is all.
function list_sync.forget_again(call, id, packed)
  redis.call("HSET", call.records_key, jobs.field(id), jobs.RUNS .. jobs.lease_of(packed))
  call.state.again = call.state.again - 1
end

-- An id that is in the list no more.
function list_sync.forget(call, id, packed)
  if jobs.waits(packed) then
    queue.leave(call, jobs.unpack(packed, id))
  else
    list_sync.forget_again(call, id, packed)
  end
end

-- Drop ids that left the list by other means; a few a call, and only when the counts disagree.
function list_sync.drop_stale(call)
  if call.state.waiting + call.state.again <= redis.call("LLEN", call.list) then
    return
  end
  local statistics = context.statistics(call)
  local page = redis.call("ZSCAN", call.by_cost_key, statistics.stale, "COUNT", list_sync.STALE)
  statistics.stale = tonumber(page[1])
  for i = 1, #page[2], 2 do
    local id = page[2][i]
    local packed = jobs.packed(call, id)
    if not jobs.only_runs(packed) and not redis.call("LPOS", call.list, id) then
      list_sync.forget(call, id, packed)
    end
  end
end

-- The slow round that finds whatever the ends don't show.
function list_sync.sweep(call)
  if call.list == "" then
    return
  end
  list_sync.absorb(call)
  local statistics = context.statistics(call)
  local seen = list_sync.absorb_stretch(call, statistics.sweep, list_sync.BATCH)
  statistics.sweep = seen < list_sync.BATCH and 0 or statistics.sweep + list_sync.BATCH
  list_sync.drop_stale(call)
end
