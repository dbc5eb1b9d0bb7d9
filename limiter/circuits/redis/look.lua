-- The breaker's state as it acts. Reads only.
--
-- KEYS     see circuit.lua
-- reply    closed, open or half_open
-- cost     O(log n) in probes
-- include "circuit"
local seen = breaker_seen()
return breaker_name(seen)
