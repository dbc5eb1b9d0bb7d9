-- Take a waiting job out of the line, and out of the list.
--
-- KEYS     see state.lua
-- ARGV[3]  job
-- reply    1, or 0 where it was not there
-- cost     O(log n); LREM is O(list)
-- include "state"
-- include "mirror"

local id = ARGV[3]
local job = job_of(id)
local removed = 0
if list ~= "" then
  removed = redis.call("LREM", list, "1", id)
end
if job then
  leave(job)
  save_line()
  return 1
end
redis.call("HDEL", base .. ":jobs", id)
return removed
