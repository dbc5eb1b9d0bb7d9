-- A call's context: what every operation of the gate reads first, handed on from function to function.
--
--   call.now           the moment of the call, in microseconds
--   call.base          the base of all keys of this upstream
--   call.list          the list that is the membership of the queue, or "" where the queue stands alone
--   call.job_prefix    prefix of the hashes that hold the jobs of that list
--   call.rules         the rules in force, nil where there are none; call.tuning() of the breaker and of rates
--   call.state         the upstream's shared state
--   call.asleep        there while somebody may be asleep (wakeups.lua)
--   call.flows, call.groups, call.queues    records that were read, each written once at the end (records.lua)
--
-- Where it lies:
--
--   <base>:records     hash: rules, tuning, state, statistics, asleep, the server that made it (server.lua), and all
--                      other records (records.lua)
--   <base>:state       the schema alone: where releases before 9 had their state, for workers of theirs
--
-- KEYS    <base>, the list
-- ARGV    [1] names a new epoch, should the memory be gone; [2] the prefix of jobs
local context = {
  SCHEMA = 12,
  NEVER = 1 / 0, -- infinity: math is not there while the library is loaded
  UNLIMITED = 1e15,
  EVENTS_KEPT = 500,
  AT_ONCE = 1000, -- values in one command: Lua's stack is small
  FIRST = 3, -- argument of an operation
  FOUND = 6, -- values that are read before those that an operation asks for
}

function context.schema_of(packed)
  return string.byte(packed) == 0 and struct.unpack("<d", packed) or 1 -- the first had no number
end

-- The schema of keys that are not ours; nil where there are none. Refuses those of a newer release.
function context.other_schema(call, packed_state)
  local packed = packed_state or redis.call("GET", call.base .. ":state")
  local schema = packed and context.schema_of(packed)
  if schema and schema > context.SCHEMA then
    error("GATE_SCHEMA " .. schema)
  end
  return schema
end

-- Delete all keys of an upstream. Those of an older release, or of another server, are of no use: they go, once, as if
-- the server had lost its memory, and leases and jobs come back the way they do then. Looks through all keys of the
-- server.
function context.forget_all(call)
  local cursor = "0"
  repeat
    local page = redis.call("SCAN", cursor, "MATCH", call.base .. ":*", "COUNT", 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      redis.call("DEL", key)
    end
  until cursor == "0"
end

function context.new_state(call)
  local state = layouts.new_state()
  state.schema, state.birth, state.unblocks_at = context.SCHEMA, call.now, context.NEVER
  call.state, call.found = state, {}
  call.packed_rules, call.packed_tuning, call.packed_statistics = false, false, false
end

function context.name_keys(call, base)
  call.base, call.records_key, call.events_key = base, base .. ":records", base .. ":events"
  call.by_cost_key, call.groups_key = base .. ":by_cost", base .. ":runnable"
end

function context.read(keys, args, fields)
  local call = { now = clock.now(), list = keys[2], job_prefix = args[2], flows = {}, groups = {}, queues = {} }
  context.name_keys(call, keys[1])
  local found = redis.call(
    "HMGET", call.records_key, "rules", "tuning", "state", "statistics", "asleep", "server", unpack(fields or {})
  )
  call.packed_rules, call.packed_tuning, call.packed_statistics = found[1], found[2], found[4]
  call.asleep, call.found = found[5], found
  return call, found[3]
end

-- Is this memory of our schema, and whole? What another process of the server wrote may lack what came last: a memory
-- that was lost in part counts as lost, for it would let through what runs already once more.
function context.is_ours(call, packed_state)
  return packed_state and struct.unpack("<d", packed_state) == context.SCHEMA
    and call.found[context.FOUND] == server.id()
end

function context.unpack_state(call, packed_state)
  if context.is_ours(call, packed_state) then
    call.state = layouts.unpack_state(packed_state)
  end
  if call.packed_rules then
    call.rules = layouts.unpack_rules(call.packed_rules)
  end
  return call
end

-- The context of an operation that may write. `fields` are of the records; what lies there is found behind FOUND
-- others in `call.found`.
function context.open(keys, args, fields)
  local call, packed_state = context.read(keys, args, fields)
  if not context.is_ours(call, packed_state) then
    if context.other_schema(call, packed_state) then
      context.forget_all(call)
    end
    context.new_state(call)
    call.state.epoch = args[1] .. "-" .. string.format("%.0f", call.now)
    redis.call("SET", call.base .. ":state", struct.pack("<d", context.SCHEMA))
    context.save(call, { "server", server.id() })
  end
  return context.unpack_state(call, packed_state)
end

-- The context of an operation that reads only: a memory that is not there yet has no epoch, and stays unmade. What an
-- older release left is not read: its keys are looked for where there are none.
function context.open_to_read(keys, args)
  local call, packed_state = context.read(keys, args)
  if not context.is_ours(call, packed_state) then
    context.other_schema(call, packed_state)
    context.new_state(call)
    context.name_keys(call, keys[1] .. ":none")
  end
  return context.unpack_state(call, packed_state)
end

-- How breaker and rates are to act. Few operations need it; nil without rules.
function context.tuning(call)
  if not call.tuning and call.packed_tuning then
    call.tuning = layouts.unpack_tuning(call.packed_tuning)
  end
  return call.tuning
end

-- What is counted seldom, written only where it was asked for.
function context.statistics(call)
  if not call.statistics then
    call.statistics = call.packed_statistics and layouts.unpack_statistics(call.packed_statistics)
      or layouts.new_statistics()
  end
  return call.statistics
end

-- Write fields of the records, given in turn with their values, and the state behind them.
function context.save(call, written)
  local fields = written or {}
  fields[#fields + 1], fields[#fields + 2] = "state", layouts.pack_state(call.state)
  if call.statistics then
    fields[#fields + 1], fields[#fields + 2] = "statistics", layouts.pack_statistics(call.statistics)
  end
  for from = 1, #fields, context.AT_ONCE do
    redis.call("HSET", call.records_key, unpack(fields, from, math.min(#fields, from + context.AT_ONCE - 1)))
  end
end

-- Of what seldom happens; counters that every call moves are in the state.
function context.count(call, name, by)
  redis.call("HINCRBY", call.base .. ":counters", name, by or 1)
end

-- Keep what the gate did by itself, with its reason. A breaker outside a gate keeps no history.
function context.note(call, kind, before, after, reason)
  if not call.events_key then
    return
  end
  local statistics = context.statistics(call)
  statistics.happened = statistics.happened + 1
  local event = { statistics.happened, call.now, kind, before, after, reason }
  redis.call("RPUSH", call.events_key, cmsgpack.pack(event))
  redis.call("LTRIM", call.events_key, -context.EVENTS_KEPT, -1)
end
