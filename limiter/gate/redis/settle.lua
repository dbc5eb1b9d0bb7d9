-- Free the slot, correct what was charged, feed the breaker. A second settle changes nothing.
--
-- KEYS     see state.lua
-- ARGV[3]  lease, then outcome, tokens used or -1, retry_after in microseconds, a random number in [0, 1)
-- reply    {applied, breaker as it acts, tripped, healed}
-- cost     O(log n)
-- include "state"
-- include "wake"
-- include "standing"
-- include "lease"

local LEARNING = 0.1
local lease, outcome = lease_of(ARGV[3]), ARGV[4]
local tokens, retry_after, random = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

-- The charge in the end. Without figures it stays: or whoever fails would be served for nothing.
local function used()
  if outcome == "returned" then
    return 0
  end
  return tokens < 0 and lease.charge or math.max(1, tokens)
end

local function learn(length)
  state.mean = state.mean == 0 and length or state.mean + LEARNING * (length - state.mean)
end

if not lease or not rules then
  count("settled_again")
  return { 0, breaker_seen(), 0, 0 }
end
end_lease(lease, used())
count("settled_" .. outcome)
if outcome == "returned" and rules.requests and not lease.reinstalled then
  bucket_give_back(rules.requests, 1)
end
if outcome == "success" then
  learn(now - lease.admitted)
end
local before = state.breaker
if lease.generation == state.generation then
  breaker_feed(outcome, lease.probe, retry_after, random)
end
save_line()
save()
wake()
local after = state.breaker
local moved = before ~= after
return { 1, breaker_seen(), moved and after == "open" and 1 or 0, moved and after == "closed" and 1 or 0 }
