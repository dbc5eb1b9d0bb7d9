-- Limits by name, for any code: look, spend where it may, answer. The rule travels with each call, so that a change
-- acts at the next one.
--
-- KEYS[1]     what this key has spent under this algorithm
-- ARGV[1]     the algorithm; [2] units, or the rate; [3...] the rule (limiter/limits/rules.py)
-- reply       {wait, units free, microseconds until one is, until all are, rate or 0}
-- cost        O(1); limit_sliding_log.lua says its own
local limits = {
  ALGORITHMS = {
    fixed_window = limit_fixed_window, sliding_counter = limit_sliding_counter, sliding_log = limit_sliding_log,
    token_bucket = limit_token_bucket, leaky_bucket = limit_leaky_bucket, adaptive = limit_adaptive,
  },
}

function limits.open(keys, args, rule_from)
  local rule, from = {}, rule_from or 3
  for i = from, #args do
    rule[i - from + 1] = tonumber(args[i])
  end
  local call = { now = clock.now(), key = keys[1], rule = rule }
  local algorithm = limits.ALGORITHMS[args[1]]
  return call, algorithm, algorithm.open(call), tonumber(args[2])
end

function limits.answer(call, algorithm, limit, units, wait)
  local left, free = algorithm.left(call, limit), 0
  if left == 0 then
    free = wait > 0 and units == 1 and wait or algorithm.wait(call, limit, 1)
  end
  local rate = algorithm.rate and algorithm.rate(limit) or 0
  return { wait, left, free, algorithm.rest(call, limit), rate }
end

-- What `take` would answer.
function limits.peek(keys, args)
  local call, algorithm, limit, units = limits.open(keys, args)
  return limits.answer(call, algorithm, limit, units, algorithm.wait(call, limit, units))
end

function limits.may_take(wait)
  return wait == 0
end

-- Spend the units if all of them are free.
function limits.take(keys, args)
  local call, algorithm, limit, units = limits.open(keys, args)
  local wait = algorithm.wait(call, limit, units)
  if limits.may_take(wait) then
    algorithm.spend(call, limit, units)
  end
  return limits.answer(call, algorithm, limit, units, wait)
end

-- The same behind all that wait in line for it.
--
-- ARGV[3]  the caller's id; [4...] the rule
-- reply    as of take, with how many are ahead behind it: it was taken where nothing is ahead and there is no wait
function limits.take_in_turn(keys, args)
  local call, algorithm, limit, units = limits.open(keys, args, 4)
  lines.name_keys(call)
  lines.forget_silent(call)
  local ahead, wait = lines.ahead(call, args[3]), algorithm.wait(call, limit, units)
  if ahead == 0 and limits.may_take(wait) then
    algorithm.spend(call, limit, units)
    lines.leave(call, args[3])
    lines.wake(call, 1)
  else
    lines.join(call, args[3])
  end
  local reply = limits.answer(call, algorithm, limit, units, wait)
  reply[#reply + 1] = ahead
  return reply
end

-- Spend whatever is left, into debt; negative gives back.
function limits.charge(keys, args)
  local call, algorithm, limit, units = limits.open(keys, args)
  algorithm.spend(call, limit, units)
  return limits.answer(call, algorithm, limit, units, 0)
end

function limits.set_rate(keys, args)
  local call, algorithm, limit, rate = limits.open(keys, args)
  algorithm.set_rate(call, limit, rate)
  return limits.answer(call, algorithm, limit, rate, 0)
end
