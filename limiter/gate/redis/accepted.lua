-- The provider took these calls; each lease counts once.
--
-- KEYS        see state.lua
-- ARGV[3...]  leases
-- reply       how many counted
-- cost        O(leases)
-- include "state"
load()
-- include "wake"
-- include "breaker"
-- include "control"
-- include "lease"

local counted = 0
if not rules then
  return 0
end
load_tuning()
load_tally()
for i = 3, #ARGV do
  local lease = lease_of(ARGV[i])
  if lease and lease.accepted == 0 then
    lease.accepted = 1
    store_lease(lease)
    counted = counted + 1
    if lease.generation == state.generation then
      breaker_accepted(lease.probe == 1)
    end
    if lease.reinstalled == 0 then
      rates_accepted(lease)
    end
  end
end
if counted > 0 then
  state.accepted = state.accepted + counted
  wake()
  save_spending()
  save()
end
return counted
