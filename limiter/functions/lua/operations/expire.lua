-- End leases that ran out, the oldest first; then the housekeeping, a bounded step of each kind.
--
-- ARGV[3]  how many at most; [4] the library that the caller uses, noted in KEYS[3] (limiter/functions/housekeeping.py)
-- reply    {{lease, job, flow, group, tokens, generation, epoch, expiry, probe}, ...}: the caller owes each job its
--          recovery
-- cost     O(limit * log n); with a list, at most 20 LPOS where ids left it
local expire = {}

-- Jobs with leases that have run out, each followed by when that was.
function expire.due(call, most)
  return leases.running(call, call.now, "WITHSCORES", "LIMIT", 0, most)
end

function expire.end_one(call, job, expiry)
  local lease = leases.read(call, jobs.lease_of(jobs.packed(call, job)))
  redis.call("HDEL", call.records_key, leases.field(lease.id))
  leases.finish(call, lease, leases.charge(lease.reservation), {})
  return {
    lease.id, lease.job, lease.flow, lease.group, lease.reservation, lease.generation, call.state.epoch, expiry,
    lease.probe,
  }
end

function expire.run(keys, args)
  local call, most = context.open(keys, args), tonumber(args[3])
  local due, ended = expire.due(call, most), {}
  for i = 1, #due, 2 do
    ended[#ended + 1] = expire.end_one(call, due[i], tonumber(due[i + 1]))
  end
  leases.forget_ended(call)
  if #ended > 0 then
    context.count(call, "expired", #ended)
    wakeups.wake(call, #ended)
  end
  leases.forget_tombstones(call)
  list_sync.sweep(call)
  records.save(call)
  queue.forget_idle(call, most)
  redis.call("ZADD", keys[3], call.now, args[4])
  return ended
end
