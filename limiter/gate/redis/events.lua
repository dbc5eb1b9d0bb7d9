-- What the gate did by itself since the event of that number. Reads only.
--
-- KEYS     see state.lua
-- ARGV[3]  number
-- reply    {epoch, packed, packed, ...}: {number, at, kind, before, after, reason}
-- cost     O(events kept)
-- include "state"
load()

local found = { epoch }
for _, packed in ipairs(redis.call("LRANGE", base .. ":events", 0, -1)) do
  local event = cmsgpack.unpack(packed)
  if event[1] > tonumber(ARGV[3]) then
    found[#found + 1] = { string.format("%.0f", event[1]), string.format("%.0f", event[2]), event[3], event[4], event[5], event[6] }
  end
end
return found
