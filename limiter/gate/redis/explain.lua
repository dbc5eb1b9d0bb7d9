-- Say what a job waits for. Reads only.
--
-- KEYS     see state.lua
-- ARGV[3]  job
-- reply    {state, reason or "", own jobs ahead, share of the line before it (text), earliest, latest}
-- cost     as offer
-- include "state"
-- include "span"

local function reason_for(job)
  local reason = standing() or limited()
  if not reason and not may_run(flow_of(job.flow)) then
    reason = "flow_in_flight"
  end
  return reason or ""
end

if redis.call("HEXISTS", base .. ":running", ARGV[3]) == 1 then
  return { "running", "", 0, "0", 0, 0 }
end
local job = job_of(ARGV[3])
if not job then
  return { "unknown", "", 0, "0", 0, 0 }
end
local ahead, earliest, latest, share = span(job)
return { "waiting", reason_for(job), ahead, string.format("%.17g", share), earliest, latest }
