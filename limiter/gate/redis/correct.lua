-- What a settle gives back or goes into debt for, of the shared limits.
-- include "spending"
local REFUND_NEVER, REFUND_ALWAYS = 0, 2

-- inline
local function refunds(meter, window, age, always)
  return meter_refunds(meter) and (always or rules.refund == REFUND_ALWAYS or (rules.refund ~= REFUND_NEVER and age <= window))
end

-- What was used beyond the hold, or (negative) less than it, of a call that began so long ago.
local function correct_spending(over, age, always)
  if over == 0 then
    return
  end
  if tokens and (over > 0 or refunds(tokens, tuning.t_window, age, always)) then
    meter_spend(tokens, over)
  end
  if day and (over > 0 or refunds(day, tuning.d_window, age, always)) then
    meter_spend(day, over)
  end
end

local function give_back_request()
  if requests and meter_refunds(requests) then
    meter_spend(requests, -1)
  end
end
