-- The provider took these calls; each lease counts once.
--
-- ARGV[3...]  leases
-- reply       how many counted
-- cost        O(leases)
local accepted = {}

function accepted.count_one(call, lease)
  lease.accepted = 1
  leases.store(call, lease)
  if lease.generation == call.state.generation then
    breakers.accepted(call, lease.probe == 1)
  end
  if lease.reinstalled == 0 then
    rates.accepted(call, lease)
  end
end

function accepted.run(keys, args)
  local call = context.open(keys, args)
  if not call.rules then
    return 0
  end
  spending.load(call)
  local counted = 0
  for i = context.FIRST, #args do
    local lease = leases.read(call, args[i])
    if lease and lease.accepted == 0 then
      accepted.count_one(call, lease)
      counted = counted + 1
    end
  end
  if counted > 0 then
    call.state.accepted = call.state.accepted + counted
    wakeups.wake(call)
    spending.keep(call)
    context.save(call)
  end
  return counted
end
