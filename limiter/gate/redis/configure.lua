-- Publish a version of the rules.
--
-- KEYS     see state.lua
-- ARGV[3]  JSON: {rules, tuning, r, t, d}; the last three are limits: kind, x, y, z, floor, ceiling (meter.lua)
-- reply    1, or 0 where this version or a newer one is in force
-- cost     O(parked flows): rare, an operator's act
-- include "state"
load()
-- include "wake"
-- include "standing"
-- include "line"
-- include "control"

local wanted = cjson.decode(ARGV[3])
if rules and rules.version >= wanted.rules.version then
  return 0
end

-- Limits a minute begin as if spent: a memory that was lost never gives a free burst.
local function empty_now(limit, key)
  return meter_empty(limit, key, now)
end

-- Is its rate another, or reckoned in other units?
local function another(meter, limit)
  if not meter or limit[1] == 0 then
    return meter ~= nil or limit[1] ~= 0
  end
  return meter.kind ~= limit[1] or meter.x ~= limit[2] or meter.y ~= limit[3]
end

load_tally()
if another(requests, wanted.r) then
  control_forget("r")
end
if another(tokens, wanted.t) then
  control_forget("t")
end
requests = meter_changed(requests, wanted.r, base .. ":log:r", empty_now)
tokens = meter_changed(tokens, wanted.t, base .. ":log:t", empty_now)
day = meter_changed(day, wanted.d, base .. ":log:d", meter_full)
save_spending()
local before = rules and rules.breaker_mode or wanted.rules.breaker_mode
rules, tuning = rules_named(wanted.rules), tuning_named(wanted.tuning)
if before ~= rules.breaker_mode then
  breaker_restart()
end
redis.call("HSET", records_key, "rules", rules_pack(rules) .. tuning_pack(tuning))
for _, name in ipairs(redis.call("ZRANGE", base .. ":parked", 0, -1)) do
  review(flow_of(name))
end
wake(WAKE_LIMIT)
save_all()
return 1
