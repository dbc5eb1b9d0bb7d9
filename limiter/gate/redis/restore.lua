-- Set what the limits hold, from what a ledger knows of recent calls.
--
-- KEYS     see state.lua
-- ARGV[3]  requests that are free, tokens that are free (-1: unknown), tokens spent today, then for each flow:
--          name, group, tokens spent today, service of the last hour
-- reply    1, or 0 where there are no rules
-- cost     O(flows * log n)
-- include "state"
load()
-- include "wake"
-- include "spending"
-- include "line"

local function fill(meter, units)
  if not meter or units < 0 then
    return
  end
  local wanted = math.min(meter_most(meter), units)
  if meter.kind == 1 or meter.kind == 3 then
    meter.a, meter.b = math.floor(wanted * meter.y), now
    return
  end
  local over = meter_left(meter) - math.floor(wanted)
  if over > 0 or meter_refunds(meter) then
    meter_spend(meter, over)
  end
end

if not rules then
  return 0
end
local first = redis.call("HEXISTS", base .. ":counters", "restored") == 0 -- what was spent is told once
count("restored")
fill(requests, tonumber(ARGV[3]))
fill(tokens, tonumber(ARGV[4]))
if first and day and tonumber(ARGV[5]) > 0 then
  meter_spend(day, tonumber(ARGV[5]))
end
for i = 6, first and #ARGV or 0, 4 do
  share_charge(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 3]))
  local flow, spent = flow_of(ARGV[i]), tonumber(ARGV[i + 2])
  local daily = own_tokens(flow)
  if daily and spent > 0 then
    meter_spend(daily, spent)
  end
end
wake()
save_spending()
save_all()
return 1
