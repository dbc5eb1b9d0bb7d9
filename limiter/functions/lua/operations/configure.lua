-- Publish a version of the rules.
--
-- ARGV[3]  JSON: {rules, tuning, requests, tokens, day}; the last three are limits (meter_changes.lua)
-- reply    1, or 0 where this version or a newer one is in force
-- cost     O(blocked flows): rare, an operator's act
local configure = {}

function configure.is_newer(call, wanted)
  return not call.rules or wanted.rules.version > call.rules.version
end

-- Is its rate another, or reckoned in other units?
function configure.is_another(meter, limit)
  if not meter or limit.kind == 0 then
    return meter ~= nil or limit.kind ~= 0
  end
  if meter.kind ~= limit.kind then
    return true
  elseif meters.is_bucket(meter) then
    return meter.base_rate ~= limit.base_rate or meter.unit ~= limit.unit
  end
  return meter.capacity ~= limit.capacity or meter.window ~= limit.window
end

-- Limits a minute begin as if spent: a memory that was lost never gives a free burst.
function configure.change_limits(call, wanted)
  local log = call.base .. ":log:"
  call.requests = meter_changes.apply(call.now, call.requests, wanted.requests, log .. "r", call.now)
  call.tokens = meter_changes.apply(call.now, call.tokens, wanted.tokens, log .. "t", call.now)
  call.day = meter_changes.apply(call.now, call.day, wanted.day, log .. "d")
  spending.keep(call)
end

function configure.change_rules(call, wanted)
  local before = call.rules and call.rules.breaker_mode or wanted.rules.breaker_mode
  call.rules, call.tuning = wanted.rules, wanted.tuning
  if before ~= call.rules.breaker_mode then
    breakers.restart(call)
  end
  redis.call(
    "HSET", call.records_key, "rules", layouts.pack_rules(call.rules), "tuning", layouts.pack_tuning(call.tuning)
  )
end

function configure.run(keys, args)
  local call, wanted = context.open(keys, args), cjson.decode(args[3])
  spending.load(call)
  if not configure.is_newer(call, wanted) then
    return 0
  end
  for _, which in ipairs({ "requests", "tokens" }) do
    if configure.is_another(call[which], wanted[which]) then
      rates.forget(call, which)
    end
  end
  configure.change_limits(call, wanted)
  configure.change_rules(call, wanted)
  for _, name in ipairs(fair_order.blocked(call)) do
    flow_limits.review(call, records.flow(call, name))
  end
  wakeups.wake(call, wakeups.MOST)
  records.save(call)
  return 1
end
