-- Say what a job waits for. Reads only.
--
-- ARGV[3]  job
-- reply    {state, reason or "", own jobs ahead, share of the queue before it (text), earliest, latest, retry_at}
-- cost     as offer
local explain = {}

-- A suspension comes before the limits, which end by themselves.
function explain.reason_for(call, job)
  local reason, retry_at = precheck.shut(call)
  local flow = records.flow(call, job.flow)
  if not reason and flow.suspended == 1 then
    return "flow_suspended"
  end
  if not reason then
    reason, retry_at = precheck.limited(call)
  end
  if reason then
    return reason, retry_at
  end
  local why, moment = flow_limits.refusal(call, flow, job.reservation)
  if why then
    return flow_limits.word(why), moment
  end
  return spending.short_of_tokens(call, job.reservation)
end

function explain.run(keys, args)
  local call = context.open_to_read(keys, args)
  local packed = jobs.packed(call, args[3])
  if not jobs.waits(packed) then
    return { packed and "running" or "unknown", "", 0, "0", 0, 0, 0 }
  end
  spending.load(call)
  local job = jobs.unpack(packed, args[3])
  local ahead, earliest, latest, share = start_estimate.of(call, job)
  local reason, retry_at = explain.reason_for(call, job)
  return { "waiting", reason or "", ahead, string.format("%.17g", share), earliest, latest, retry_at or 0 }
end
