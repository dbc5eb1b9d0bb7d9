-- Free the slots, correct what was held and charged, feed breaker, rates and fairness, one lease after the other. A
-- second settle changes nothing.
--
-- KEYS        see state.lua
-- ARGV[3...]  for each: how many riders it has; lease, outcome; input, output and cache-write tokens used (-1: no
--             figures); retry_after in microseconds, a random number in [0, 1); microseconds to the first token and to
--             the end (-1: unknown); quota that was throttled or ""; then flow and group of each rider
-- reply       a settlement (below) of each
-- cost        O(log n) for each lease and rider
-- include "state"
local WORDS = 10 -- of a lease, before its riders
local asked, word = { nil }, 3
while word < #ARGV do
  asked[#asked + 1] = "p" .. ARGV[word + 1]
  word = word + 1 + WORDS + 2 * tonumber(ARGV[word])
end
local found = load(asked)
-- include "wake"
-- include "standing"
-- include "correct"
-- include "control"
-- include "lease"
-- record settlement
--   applied:B breaker:B tripped:B healed:B
local LEARNING = 0.1
local DAY = 86400000000
local lease, outcome, used_input, used_output, used_writes
local retry_after, random, first_token, total, quota
local not_taken -- did the provider not take the call?
local settled = 0

local unsettled = by_field(asked, found)

-- The lease whose words begin here, and what is said of it.
local function read_words(at)
  local field = "p" .. ARGV[at]
  lease = unsettled[field] and lease_from(unsettled[field], ARGV[at])
  unsettled[field] = nil
  outcome = ARGV[at + 1]
  used_input, used_output, used_writes = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  retry_after, random = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  first_token, total, quota = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8]), ARGV[at + 9]
  not_taken = outcome == "returned" or outcome == "throttled" or outcome == "exhausted"
end

-- Tokens charged in the end. Without figures what was held: who fails is not served for nothing.
local function charged()
  if not_taken then
    return 0
  end
  if used_input < 0 then
    return lease.hold
  end
  return used_input + used_writes + math.ceil(used_output * rules.burndown)
end

local function learn(length)
  tally.mean = tally.mean == 0 and length or tally.mean + LEARNING * (length - tally.mean)
end

-- Give back what was held too much, or go into debt.
local function correct_all(flow, over)
  local age, never_sent = now - lease.admitted, outcome == "returned" and lease.reinstalled == 0
  if lease.reinstalled == 1 then
    over = math.max(0, over) -- this memory never held it
  end
  correct_spending(over, age, not_taken)
  local daily = own_tokens(flow)
  if daily and over ~= 0 and (over > 0 or meter_refunds(daily)) then
    meter_spend(daily, over)
  end
  if never_sent then
    give_back_request()
    local rate = own_requests(flow)
    if rate and meter_refunds(rate) then
      meter_spend(rate, -1)
    end
  end
  if flow.wakes > 0 and (over < 0 or never_sent) then
    wake_flow(flow)
  end
end

-- Slow for its length: a healthy call lasts minutes.
local function slow()
  if total < 0 or outcome ~= "success" then
    return false
  end
  return first_token > tuning.slow_first or total - first_token > tuning.slow_per_token * math.max(1, used_output)
end

-- rare
local function throttled()
  if lease.reinstalled == 1 then
    return
  end
  learn_multiplier(quota)
  local lowest = at_floor()
  rates_throttled(quota, lease.r_rate, lease.t_rate)
  if lowest and lease.generation == state.generation then
    breaker_throttled(retry_after, random)
  end
end

local function settle_one(riders, shares)
  if not lease or not rules then
    count("settled_again")
    local seen = breaker_seen()
    return settlement_packed({ breaker = seen })
  end
  settled = settled + 1
  local amount = charged()
  local flow = end_lease(lease, not_taken and 0 or charge_of(amount), riders, shares)
  correct_all(flow, amount - lease.hold)
  if outcome == "success" then
    state.settled_success = state.settled_success + 1
    learn(now - lease.admitted)
  else
    count("settled_" .. outcome)
  end
  if outcome == "exhausted" then
    local until_when = retry_after > 0 and now + retry_after or now - now % DAY + DAY
    state.stopped_until = math.max(state.stopped_until, until_when)
  end
  local before = state.breaker
  -- A probe that was counted when the provider took it is not counted again at its end.
  local counted = lease.accepted == 1 and tuning.heals_on_accepted == 1 and lease.probe == 1 and outcome == "success"
  if outcome == "throttled" then
    throttled()
  elseif lease.generation == state.generation and not counted then
    local was_slow = slow()
    breaker_feed(outcome, lease.probe == 1, retry_after, random, was_slow)
  end
  local after = state.breaker
  local moved = before ~= after
  local seen = breaker_seen()
  return settlement_packed({
    applied = 1, breaker = seen, tripped = moved and after == OPEN and 1 or 0,
    healed = moved and after == CLOSED and 1 or 0,
  })
end

load_tuning()
load_tally()
if rules and asked[1] then
  drop_leases(asked)
end
local settlements, at = "", 3
while at < #ARGV do
  local riders = tonumber(ARGV[at])
  read_words(at + 1)
  local settlement = settle_one(riders, at + 1 + WORDS)
  settlements = settlements .. settlement
  at = at + 1 + WORDS + 2 * riders
end
if settled > 0 then
  forget_ended()
  wake(settled)
  save_spending()
  save_all()
end
return settlements
