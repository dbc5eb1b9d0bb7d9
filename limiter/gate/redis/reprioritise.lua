-- Move a waiting job within its flow; it keeps its place in the order of arrival.
--
-- KEYS     see state.lua
-- ARGV[3]  job, then priority
-- reply    1, or 0 where it is not in line
-- cost     O(log n)
-- include "state"
load()
-- include "line"

local job = job_of(ARGV[3])
if not job then
  return 0
end
local _, _, lane = three_of(job.flow, job.group)
lane_remove(lane, job)
job.priority = clamp(tonumber(ARGV[4]))
store_job(job)
lane_add(lane, job)
save_all()
return 1
