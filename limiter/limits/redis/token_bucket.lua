-- Fills at a steady rate up to a burst; who comes takes.
--
-- ARGV     see meter.lua; the rule: rate, grain, capacity
-- cost     O(1)
-- include "meter"
-- include "tokens"
refill()

local function meter_spend(cost)
  spend(cost)
end
-- include "operate"
