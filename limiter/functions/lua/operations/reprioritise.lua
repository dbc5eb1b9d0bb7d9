-- Move a waiting job within its flow; it keeps its place in the order of arrival.
--
-- ARGV[3]  job, then priority
-- reply    1, or 0 where it does not wait
-- cost     O(log n)
local reprioritise = {}

function reprioritise.run(keys, args)
  local call = context.open(keys, args)
  local job = jobs.waiting(call, args[3])
  if not job then
    return 0
  end
  local _, _, flow_queue = records.queue(call, job.flow, job.group)
  flow_queues.remove(call, flow_queue, job)
  job.priority = jobs.clamp(tonumber(args[4]))
  jobs.store(call, job)
  flow_queues.add(call, flow_queue, job)
  records.save(call)
  return 1
end
