-- The provider took these calls; each lease counts once.
--
-- KEYS        see state.lua
-- ARGV[3...]  leases
-- reply       how many counted
-- cost        O(leases)
-- include "state"
-- include "lease"

local counted = 0
for i = 3, #ARGV do
  local lease = lease_of(ARGV[i])
  if lease and not lease.accepted then
    lease.accepted = true
    store_lease(lease)
    counted = counted + 1
  end
end
if counted > 0 then
  count("accepted", counted)
end
return counted
