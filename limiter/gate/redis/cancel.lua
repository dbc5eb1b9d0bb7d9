-- Take a waiting job out of the line, and out of the list.
--
-- KEYS     see state.lua
-- ARGV[3]  job
-- reply    1, or 0 where it was not there
-- cost     O(log n); LREM is O(list)
-- include "state"
load()
-- include "mirror"

local id = ARGV[3]
local packed = redis.call("HGET", records_key, "j" .. id)
local removed = 0
if list ~= "" then
  removed = redis.call("LREM", list, "1", id)
end
if waits(packed) then
  leave(job_from(packed, id))
  save_all()
  return 1
end
if packed and not only_runs(packed) then
  forget_again(id, packed)
  save()
end
return removed
