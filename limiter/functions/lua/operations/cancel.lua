-- Take a waiting job out of the queue, and out of the list.
--
-- ARGV[3]  job
-- reply    1, or 0 where it was not there
-- cost     O(log n); LREM is O(list)
local cancel = {}

function cancel.run(keys, args)
  local call, id = context.open(keys, args), args[3]
  local packed = jobs.packed(call, id)
  local removed = call.list ~= "" and redis.call("LREM", call.list, 1, id) or 0
  if jobs.waits(packed) then
    queue.leave(call, jobs.unpack(packed, id))
    records.save(call)
    return 1
  end
  if jobs.runs_and_waits(packed) then
    list_sync.forget_again(call, id, packed)
    context.save(call)
  end
  return removed
end
