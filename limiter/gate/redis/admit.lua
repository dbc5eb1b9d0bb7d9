-- The decision: up to one lease for each id given, every limit passed for each.
--
-- KEYS        see state.lua
-- ARGV[3...]  ids of leases, made by the caller. A repeat with the same ids returns the leases that the first call
--             made, so a lost reply doubles nothing.
-- reply       an answer (below), and behind it of each lease its record (lease.lua), or NONE of one that has ended
-- cost        O(log n) in waiting flows and jobs for each lease, nothing for parked flows; LREM is O(list)
-- include "state"
local fields = { nil } -- of the leases that were asked for, in the records: with room for one
for i = 3, #ARGV do
  fields[i - 2] = "p" .. ARGV[i]
end
local found = load(fields)
-- include "wake"
-- include "standing"
-- include "lease"
-- record answer
--   now retry_at generation:i expires
--   | reason epoch
local NONE = "\255\255" -- the length of a job's name that no job has
local DROPS = 50 -- ids that others took out of the list, dropped in one call at most
local SLEEP = 3000 -- milliseconds that a refused caller counts as asleep, before its wait says so itself

local leased = { nil } -- records of leases, for the caller: with room for one

local function answer(reason, retry_at, generation, expires)
  return answer_packed({
    now = now, reason = reason, retry_at = retry_at, epoch = epoch, generation = generation, expires = expires,
  }) .. table.concat(leased)
end

-- rare
local function answer_again()
  local generation, expires = 0, 0
  for i = 1, #fields do
    local packed = found[i + FOUND]
    leased[i] = packed or NONE
    if packed then
      local lease = lease_unpack(packed, 1)
      generation, expires = lease.generation, tonumber(redis.call("ZSCORE", due_key, lease.job))
    end
  end
  return answer("", 0, generation, expires)
end

-- What an earlier call with these ids made.
local function repeated()
  for i = 1, #fields do
    if found[i + FOUND] then
      return answer_again()
    end
  end
end

local drops = 0
local probe, in_turn -- is the job that pick found a probe; did the order give it?
local expires_text = rules and string.format("%d", now + rules.lease)
-- Records of leases, and when these end, written together: with room for one, and for flow, group, lane and state.
local granted, ends = { nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil }, { nil, nil }

local function grant(nth, job, packed)
  local at, ends_at = #granted, #ends
  granted[at + 1], granted[at + 2] = fields[nth], packed
  granted[at + 3], granted[at + 4] = "j" .. job, RUNS .. ARGV[2 + nth]
  ends[ends_at + 1], ends[ends_at + 2] = expires_text, job
  leased[#leased + 1] = packed
  state.in_flight, state.admitted = state.in_flight + 1, state.admitted + 1
end

-- Write them in the midst of the decision: what is still to be done must know what runs.
-- rare
local function write_granted()
  if granted[1] then
    redis.call("HSET", records_key, unpack(granted))
    redis.call("ZADD", due_key, unpack(ends))
    granted, ends = {}, {}
  end
end

-- rare
local function drop(id)
  write_granted()
  leave(job_of(id))
  drops = drops + 1
  absorb()
end

-- Whether a probe is wanted; the job for it, with its flow, group and lane.
-- rare
local function probe_job()
  load_tuning()
  if not breaker_wants_probe() then
    return false
  end
  write_granted()
  return true, cheapest()
end

-- The job to run, out of the list, with its flow, group and lane. Or why there is none.
local function pick()
  while drops < DROPS do
    local probing, job, flow, group, lane = false, nil, nil, nil, nil
    if state.breaker == HALF_OPEN then
      probing, job, flow, group, lane = probe_job()
    end
    probe, in_turn = probing and 1 or 0, not job
    if in_turn then
      job, flow, group, lane = choose()
    end
    if not job then
      local why, moment = nobody()
      return nil, why, moment
    end
    local reason, retry_at = short_of_tokens(job.hold)
    if reason then
      return nil, reason, retry_at
    end
    if claim(job.id) then
      return job, flow, group, lane
    end
    drop(job.id)
  end
  return nil, "flow_in_flight"
end

-- rare
local function take_from_within(lane, job)
  lane_remove(lane, job)
end

-- Take a job out of the order. Only one whose turn it was moves the virtual times.
local function take(job, flow, group, lane)
  if in_turn then
    lane_shift(lane, job)
  else
    take_from_within(lane, job)
  end
  taken(flow, group, lane)
  if in_turn then
    if group.service > state.virtual then
      state.virtual = group.service
    end
    if lane.service > group.virtual then
      group.virtual = lane.service
    end
  end
end

-- A lease for the job whose turn it is; or why there is none.
local function admit_one(nth)
  local job, flow, group, lane = pick()
  if not job then
    return flow, group -- the reason and the moment
  end
  local hold, amount = job.hold, charge_of(job.hold)
  take(job, flow, group, lane)
  correct(flow, group, lane, amount / flow.weight, amount / group.weight)
  started(flow, hold)
  spend(hold, job.input, job.output)
  state.probes = state.probes + probe
  local job_id, flow_name, group_name = job.id, flow.name, group.name
  local packed = lease_packed({
    job = job_id, flow = flow_name, group = group_name, hold = hold, generation = state.generation, probe = probe,
    admitted = now, weight = flow.weight, group_weight = group.weight, r_rate = state.r_rate, t_rate = state.t_rate,
  })
  grant(nth, job_id, packed)
end

local function advance()
  load_tuning()
  load_tally()
  breaker_advance()
end

-- Why nobody may run, whoever is next.
local function shut()
  local reason, retry_at = standing()
  if reason then
    return reason, retry_at
  end
  if state.breaker == OPEN then
    advance()
  end
  if state.waiting == 0 then
    return "empty"
  end
  return limited()
end

-- As many leases as there are ids, or why there are no more.
local function admit_all()
  for nth = 1, #fields do
    local reason, retry_at = admit_one(nth)
    if not reason and nth < #fields then
      reason, retry_at = shut()
    end
    if reason then
      return reason, retry_at
    end
  end
end

-- Remember that a limit holds work back: only then may its rate rise. Whether that is news.
local function press(reason)
  local which = reason == "requests_per_minute" and "r" or reason == "tokens_per_minute" and "t"
  if which and state[which .. "_pressed"] == 0 then
    state[which .. "_pressed"] = 1
    return true
  end
end

-- The caller will sleep. Nothing more is admissible now, so whatever called for a sleeper before is out of date.
local function lie_down()
  redis.call("DEL", base .. ":wake")
  if redis.call("PTTL", base .. ":sleeping") < SLEEP / 2 then
    redis.call("SET", base .. ":sleeping", "1", "PX", SLEEP)
  end
  if not asleep then
    redis.call("HSET", records_key, "asleep", "1")
  end
end

-- No more than was granted, for this reason. Whether that changes the state.
local function refuse(reason)
  if not leased[1] then
    count("refused_" .. reason)
  end
  lie_down()
  return press(reason)
end

local again = repeated()
if again then
  return again
end
local generation, held = state.generation, state.again
absorb()
local woken = now >= state.wakes
if woken then
  wake_due()
end
local reason, retry_at = shut()
if not reason then
  reason, retry_at = admit_all()
end
local pressed
if reason then
  pressed = refuse(reason)
end
if not reason and state.waiting > 0 then
  wake()
end
if ends[1] then
  redis.call("ZADD", due_key, unpack(ends))
end
if leased[1] or next(records) or woken or pressed or state.generation ~= generation or state.again ~= held then
  save_spending()
  save_all(granted)
end
return answer(reason or "", retry_at or 0, state.generation, rules and now + rules.lease or 0)
