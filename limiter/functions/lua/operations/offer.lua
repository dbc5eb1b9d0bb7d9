-- Put a job in the queue. One that waits or runs stays as it is.
--
-- ARGV[3...]  job, flow, group, priority, document, input, output, and 1 to put it at the front
-- reply       {own jobs ahead, earliest start, latest start, reason it was refused or ""}; microseconds, 0: unknown
-- cost        O(log n), and a look into at most 100 documents of the same flow
local offer = {}

-- Is this more than a limit could ever let through at once? Only what an operator set may refuse it.
function offer.never_fits(call, job)
  local multiplier = call.rules and call.rules.multiplier or 1
  local reservation = job.input + math.ceil(job.output * multiplier)
  return (call.tokens and reservation > meters.most(call.tokens))
    or (call.day and reservation > meters.most(call.day))
end

function offer.asked_for(args)
  return {
    id = args[3], flow = args[4], group = args[5], priority = tonumber(args[6]), document = args[7],
    input = math.max(0, tonumber(args[8])), output = math.max(0, tonumber(args[9])),
  }, args[10] == "1"
end

function offer.run(keys, args)
  local call = context.open(keys, args)
  spending.load(call)
  local job, front = offer.asked_for(args)
  list_sync.absorb(call)
  local refused = ""
  if not jobs.packed(call, job.id) then
    if offer.never_fits(call, job) then
      refused = "cost"
    else
      queue.enter(call, job, front)
    end
  end
  wakeups.wake(call)
  records.save(call)
  job = jobs.waiting(call, job.id)
  if not job then
    return { 0, 0, 0, refused }
  end
  local ahead, earliest, latest = start_estimate.of(call, job)
  return { ahead, earliest, latest, refused }
end
