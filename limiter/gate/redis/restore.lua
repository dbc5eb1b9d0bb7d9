-- Set what the bucket holds, from what a ledger knows of recent calls.
--
-- KEYS     see state.lua
-- ARGV[3]  requests
-- reply    1, or 0 where no limit is on the rate
-- cost     O(1)
-- include "state"
-- include "wake"
-- include "bucket"

if not rules or not rules.requests then
  return 0
end
local rule = rules.requests
bucket_refill(rule)
state.level = math.min(rule.brim, math.floor(tonumber(ARGV[3]) * rule.grain))
save()
wake()
return 1
