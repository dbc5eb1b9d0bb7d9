-- Does the list hold more ids than its line knows? Reads only.
--
-- KEYS     see state.lua
-- reply    1 or 0
-- cost     O(1)
-- include "state"
load()
return list ~= "" and redis.call("LLEN", list) > state.waiting + state.again and 1 or 0
