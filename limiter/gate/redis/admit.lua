-- The decision: up to one lease for each id given, every limit passed for each.
--
-- KEYS     see state.lua
-- ARGV[3]  how many leases; ARGV[4...] their ids, made by the caller. A repeat with the same ids returns
--          the leases that the first call made, so a lost reply doubles nothing.
-- reply    {now, reason or "", retry_at or 0, lease, lease, ...}
-- cost     O(log n) in waiting flows and jobs for each lease, nothing for parked flows; LREM is O(list)
-- include "state"
-- include "wake"
-- include "standing"
-- include "lease"

local DROPS = 50 -- ids that others took out of the list, dropped in one call at most
local SLEEP = 3000 -- milliseconds that a refused caller counts as asleep, before its wait says so itself

-- What an earlier call with these ids made.
local function repeated()
  local leases = {}
  for i, packed in ipairs(redis.call("HMGET", base .. ":leases", unpack(ARGV, 4))) do
    if packed then
      local lease = cmsgpack.unpack(packed)
      lease.id = ARGV[3 + i]
      leases[#leases + 1] = lease_reply(lease, tonumber(redis.call("ZSCORE", base .. ":expiry", lease.id)))
    end
  end
  return leases
end

local drops = 0
local expires = rules and now + rules.lease
local records, expiry, running = {}, {}, {} -- of the leases made here, written together

local function append(fields, field, value)
  fields[#fields + 1] = field
  fields[#fields + 1] = value
end

local function grant(id, lease)
  append(records, id, cmsgpack.pack(lease))
  append(expiry, expires, id)
  append(running, lease.job, id)
  state.in_flight = state.in_flight + 1
  lease.id = id
  return lease_reply(lease, expires)
end

local function write_leases()
  if #records > 0 then
    redis.call("HSET", base .. ":leases", unpack(records))
    redis.call("ZADD", base .. ":expiry", unpack(expiry))
    redis.call("HSET", base .. ":running", unpack(running))
    records, expiry, running = {}, {}, {}
  end
end

-- rare
local function drop(job)
  write_leases() -- absorbing must know what runs
  leave(job)
  drops = drops + 1
  absorb()
end

-- The job to run, out of the line and out of the list; whether as a probe, whether it was its turn.
local function pick()
  local probe = breaker_wants_probe()
  while drops < DROPS do
    local small = probe and cheapest()
    local job = small or choose()
    if not job then
      return nil
    end
    if claim(job.id) then
      take(job)
      return job, probe, not small
    end
    drop(job)
  end
end

local function admit_one(id)
  local job, probe, turn = pick()
  if not job then
    return nil
  end
  local amount = math.max(1, job.tokens)
  local flow, group = charge(job, amount, turn)
  started(flow)
  if rules.requests then
    bucket_take(rules.requests, 1)
  end
  if probe then
    state.probes = state.probes + 1
  end
  return grant(id, {
    job = job.id, flow = job.flow, group = job.group, tokens = job.tokens,
    generation = state.generation, probe = probe, admitted = now, charge = amount,
    weight = flow.weight, group_weight = group.weight,
  })
end

-- Who waits, waits for what?
local function nobody()
  if redis.call("HLEN", base .. ":jobs") == 0 then
    return "empty"
  end
  return "flow_in_flight"
end

local function admit_all()
  local leases = {}
  for i = 4, #ARGV do
    local reason, retry_at = standing()
    if reason then
      return leases, reason, retry_at
    end
    breaker_advance()
    if redis.call("HLEN", base .. ":jobs") == 0 then
      return leases, "empty"
    end
    reason, retry_at = limited()
    if reason then
      return leases, reason, retry_at
    end
    local lease = admit_one(ARGV[i])
    if not lease then
      return leases, nobody()
    end
    leases[#leases + 1] = lease
  end
  return leases
end

local function conclude(leases, reason, retry_at)
  if #leases > 0 then
    count("admitted", #leases)
  elseif reason then
    count("refused_" .. reason)
  end
  if reason then
    -- Nothing more is admissible now, so whatever called for a sleeper before is out of date.
    redis.call("DEL", base .. ":wake")
    if redis.call("PTTL", base .. ":sleeping") < SLEEP / 2 then
      redis.call("SET", base .. ":sleeping", "1", "PX", SLEEP)
    end
  elseif redis.call("HLEN", base .. ":jobs") > 0 then
    wake()
  end
  return { now, reason or "", retry_at or 0, unpack(leases) }
end

local made = repeated()
if #made > 0 then
  return { now, "", 0, unpack(made) }
end
absorb()
local generation = state.generation
local leases, reason, retry_at = admit_all()
write_leases()
save_line()
if #leases > 0 or state.generation ~= generation then
  save()
end
return conclude(leases, reason, retry_at)
