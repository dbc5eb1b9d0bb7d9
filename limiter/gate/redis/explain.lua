-- Say what a job waits for. Reads only.
--
-- KEYS     see state.lua
-- ARGV[3]  job
-- reply    {state, reason or "", own jobs ahead, share of the line before it (text), earliest, latest, retry_at}
-- cost     as offer
-- include "state"
load()
-- include "span"

local function reason_for(job)
  local reason, retry_at = standing()
  if not reason then
    reason, retry_at = limited()
  end
  if reason then
    return reason, retry_at
  end
  local why, moment = flow_refusal(flow_of(job.flow), job.hold)
  if why then
    return why_name(why), moment
  end
  return short_of_tokens(job.hold)
end

local packed = redis.call("HGET", records_key, "j" .. ARGV[3])
if not packed then
  return { "unknown", "", 0, "0", 0, 0, 0 }
end
if not waits(packed) then
  return { "running", "", 0, "0", 0, 0, 0 }
end
local job = job_from(packed, ARGV[3])
local ahead, earliest, latest, share = span(job)
local reason, retry_at = reason_for(job)
return { "waiting", reason or "", ahead, string.format("%.17g", share), earliest, latest, retry_at or 0 }
