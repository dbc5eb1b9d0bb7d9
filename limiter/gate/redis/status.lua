-- The upstream at this moment. Reads only.
--
-- KEYS     see state.lua
-- ARGV[3]  how many flows to list at most
-- reply    {version or 0, mode, now, waiting, epoch, breaker as it acts, retry_at, in flight, consecutive failures,
--           generation, probes, mean length of calls, multiplier (text), {counter, value, ...},
--           {limit (r, t or d), free, most, a minute (texts), ...},
--           {flow, waiting, in flight, weight (text), parked, why or "", until, ...}}
-- cost     O(flows with work, jobs that run)
-- include "state"
load()
-- include "standing"
-- include "lease"

local limit = tonumber(ARGV[3])

local function text(number)
  return string.format("%.17g", number)
end

local function flow_row(name, flow)
  return {
    name, flow.waiting, flow.in_flight, text(flow.weight), flow.parked, flow.why > 0 and why_name(flow.why) or "", text(flow.wakes),
  }
end

-- Names of flows that may have work: in the choice, parked, or behind a lease.
local function each_name(act)
  for _, group in ipairs(redis.call("ZRANGE", groups_key, 0, -1)) do
    for _, name in ipairs(redis.call("ZRANGE", groups_key .. ":" .. group, 0, -1)) do
      act(name)
    end
  end
  for _, name in ipairs(redis.call("ZRANGE", base .. ":parked", 0, -1)) do
    act(name)
  end
  for _, job in ipairs(redis.call("ZRANGEBYSCORE", due_key, RUNNING, "+inf")) do
    local lease = lease_of(string.sub(redis.call("HGET", records_key, "j" .. job), 2))
    act(lease.flow)
  end
end

local function flows_with_work()
  local listed, seen = {}, {}
  each_name(function(name)
    if not seen[name] and #listed < limit then
      seen[name] = true
      local flow = flow_of(name)
      if flow.holds > 0 then
        listed[#listed + 1] = flow_row(name, flow)
      end
    end
  end)
  return listed
end

local function level(which, meter)
  if not meter then
    return nil
  end
  local free, most, rate
  if meter.kind <= BUCKETS then
    free, most, rate = math.min(meter.z, meter_level(meter)) / meter.y, meter.z / meter.y, meter.c * 60000000 / meter.y
  else
    free, most, rate = meter_left(meter), meter.x, meter.x * 60000000 / meter.y
  end
  return { which, text(free), text(most), text(rate) }
end

local function levels()
  local found = {}
  found[#found + 1] = level("r", requests)
  found[#found + 1] = level("t", tokens)
  found[#found + 1] = level("d", day)
  return found
end

local function counters()
  local found = redis.call("HGETALL", base .. ":counters")
  local often = { admitted = state.admitted, accepted = state.accepted, settled_success = state.settled_success }
  for name, times in pairs(often) do
    if times > 0 then
      found[#found + 1], found[#found + 2] = name, times
    end
  end
  return found
end

load_tally()
load_tuning()
local reopens
if rules then
  local _, at = breaker_refusal()
  reopens = at
end
local seen = breaker_seen()
local MODES = { [0] = "auto", "observe", "forced_open", "forced_closed", "disabled" }
return {
  rules and rules.version or 0, MODES[rules and rules.breaker_mode or 0],
  now, state.waiting, epoch, breaker_name(seen), reopens or 0, state.in_flight, tally.failures,
  state.generation, state.probes, text(tally.mean), text(tally.multiplier),
  counters(), levels(), flows_with_work(),
}
