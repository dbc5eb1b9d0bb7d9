-- What every operation reads first: the rules in force and the upstream's shared state, each packed in one value.
-- What few operations need lies behind the rest and is unpacked when asked for.
--
--   <base>:records, rules    beside all other records (records.lua), so that one command reads or writes them
--   <base>:records, state    together with those
--   <base>:records, asleep   there while somebody may be asleep (wake.lua)
--   <base>:state             the schema alone: where releases before 9 had their state, for workers of theirs
--
-- KEYS[1]  the base of all keys of this upstream
-- KEYS[2]  the list that is the membership of the line, or "" where the line stands alone
-- ARGV[1]  names a new epoch, should the memory be gone
-- ARGV[2]  prefix of the hashes that hold the jobs of that list
-- include "clock"

-- Limits: requests a minute (r), tokens a minute (t), tokens a day (d). See meter.lua for x, y, z and a, b, c.
-- record rules
--   version paused lease max_in_flight flow_in_flight multiplier follows burndown refund breaker_mode
--   r_kind r_x r_y r_z t_kind t_x t_y t_z d_kind d_x d_y d_z
--   | | ends
-- record tuning
--   mode failures failure_rate slow_rate window timed minimum slow_first slow_per_token floor_throttles
--   heals_on_accepted open open_max jitter probes successes
--   law raise_after raise_by lower_by period recovery r_floor r_ceiling t_floor t_ceiling t_window d_window t_units
-- record state
--   schema birth in_flight:I waiting:I again:I virtual stopped_until breaker:B generation:i retry_at probes:I
--   r_a r_b r_c r_rate:i r_pressed:B t_a t_b t_c t_rate:i t_pressed:B d_a d_b d_c
--   minute:I input output input_before output_before
--   wakes admitted accepted settled_success
--   | | ends
-- record tally
--   mean sweep stale happened failures successes opens throttles calls failed slow multiplier
--   r_successes r_lowered r_peak r_progress r_taken r_span t_successes t_lowered t_peak t_progress t_taken t_span

local SCHEMA = 9
local NEVER = math.huge
local EVENTS_KEPT = 500
local AT_ONCE = 1000 -- values in one command: Lua's stack is small
local FOUND = 3 -- values that load finds before those that it was asked for
local base, list = KEYS[1], KEYS[2]
local records_key = base .. ":records"
local now = clock()
local rules, state, asleep
local packed_rules, packed_state
local epoch, tally_begins -- the one lies between state and tally
local tuning, tally -- what lies behind rules and state, once it was asked for

-- Write the state, behind the fields and values in turn of what else there is to write.
local function save(others)
  local fields, behind = others or {}, nil
  if tally then
    behind = struct.pack("<Hc0", #epoch, epoch) .. tally_pack(tally)
  else
    behind = string.sub(packed_state, state.ends)
  end
  local size = #fields + 2
  fields[size - 1], fields[size] = "state", state_pack(state) .. behind
  for from = 1, size, AT_ONCE do
    redis.call("HSET", records_key, unpack(fields, from, math.min(size, from + AT_ONCE - 1)))
  end
end

-- A newer release's keys are left alone. An older one's are of no use: they go, once, as if the server had lost
-- its memory, and its leases and jobs come back the way they do then. Looks through all keys of the server.
local function forget_others(packed)
  local schema = string.byte(packed) == 0 and struct.unpack("<d", packed) or 1 -- it had no number
  if schema > SCHEMA then
    error("GATE_SCHEMA " .. schema)
  end
  local cursor = "0"
  repeat
    local page = redis.call("SCAN", cursor, "MATCH", base .. ":*", "COUNT", 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      redis.call("DEL", key)
    end
  until cursor == "0"
end

local function begin()
  local others = packed_state or redis.call("GET", base .. ":state")
  if others then
    forget_others(others)
    packed_rules = nil
  end
  redis.call("SET", base .. ":state", struct.pack("<d", SCHEMA))
  state, tally = state_record({ schema = SCHEMA, birth = now, wakes = NEVER }), tally_record({ mean = 0 })
  epoch = ARGV[1] .. "-" .. string.format("%.0f", now)
  save()
end

-- Every script calls it once, before it includes anything else. Behind FOUND values, what lies in these fields of the
-- records.
local function load(fields)
  local packed = redis.call("HMGET", records_key, "rules", "state", "asleep", unpack(fields or {}))
  packed_rules, packed_state, asleep = packed[1], packed[2], packed[3]
  if packed_state and struct.unpack("<d", packed_state) == SCHEMA then
    state = state_unpack(packed_state, 1)
    epoch, tally_begins = struct.unpack("<Hc0", packed_state, state.ends)
  else
    begin()
    packed = {} -- of a memory that is gone
  end
  if packed_rules then
    rules = rules_unpack(packed_rules, 1)
  end
  return packed
end

-- What load found, by field, for who may name one twice.
local function by_field(fields, found)
  local named = {}
  for i, field in ipairs(fields) do
    named[field] = found[i + FOUND]
  end
  return named
end

local function load_tuning()
  if not tuning and rules then
    tuning = tuning_unpack(packed_rules, rules.ends)
  end
end

local function load_tally()
  if not tally then
    tally = tally_unpack(packed_state, tally_begins)
  end
end

-- Of what seldom happens; counters that every call moves are in the state.
local function count(name, by)
  redis.call("HINCRBY", base .. ":counters", name, by or 1)
end

-- Keep what the gate did by itself, with its reason.
local function note(kind, before, after, reason)
  load_tally()
  tally.happened = tally.happened + 1
  redis.call("RPUSH", base .. ":events", cmsgpack.pack({ tally.happened, now, kind, before, after, reason }))
  redis.call("LTRIM", base .. ":events", -EVENTS_KEPT, -1)
end
