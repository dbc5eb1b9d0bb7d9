-- Set what the limits have left, from what a ledger knows of recent calls.
--
-- ARGV[3...]  requests that are free, tokens that are free (-1: unknown), tokens spent today, then for each flow:
--             name, group, tokens spent today, service of the last hour
-- reply       1, or 0 where there are no rules
-- cost        O(flows * log n)
local restore = { WORDS = 4 } -- of a flow

function restore.fill(call, meter, units)
  if not meter or units < 0 then
    return
  end
  local wanted = math.min(meters.most(meter), units)
  if meter.kind == meters.TOKEN_BUCKET or meter.kind == meters.ADAPTIVE then
    meter.level, meter.updated_at = math.floor(wanted * meter.unit), call.now
    return
  end
  local over = meters.left(call.now, meter) - math.floor(wanted)
  if over > 0 or meters.refunds(meter) then
    meters.spend(call.now, meter, over)
  end
end

function restore.spend_today(call, meter, tokens)
  if meter and tokens > 0 then
    meters.spend(call.now, meter, tokens)
  end
end

-- What was spent counts once in an epoch.
function restore.restore_spent(call, args)
  restore.spend_today(call, call.day, tonumber(args[5]))
  for i = 6, #args, restore.WORDS do
    queue.charge_share(call, args[i], args[i + 1], tonumber(args[i + 3]))
    local flow = records.flow(call, args[i])
    restore.spend_today(call, records.own_tokens(flow), tonumber(args[i + 2]))
  end
end

function restore.run(keys, args)
  local call = context.open(keys, args)
  if not call.rules then
    return 0
  end
  spending.load(call)
  local first = redis.call("HEXISTS", call.base .. ":counters", "restored") == 0
  context.count(call, "restored")
  restore.fill(call, call.requests, tonumber(args[3]))
  restore.fill(call, call.tokens, tonumber(args[4]))
  if first then
    restore.restore_spent(call, args)
  end
  wakeups.wake(call)
  spending.keep(call)
  records.save(call)
  return 1
end
