-- A token bucket by name that remembers the rate it was set to.
local limit_adaptive = {
  DAY = 86400000, -- milliseconds that a rate is remembered without use
  wait = limit_token_bucket.wait, left = limit_token_bucket.left, rest = limit_token_bucket.rest,
}

-- A rate within floor and ceiling.
function limit_adaptive.bounded(call, rate)
  return math.max(call.rule[4], math.min(call.rule[5], rate))
end

function limit_adaptive.open(call)
  return limit_token_bucket.open(call, limit_adaptive.bounded)
end

function limit_adaptive.spend(call, limit, units)
  limit_token_bucket.spend(call, limit, units, limit_adaptive.DAY)
end

function limit_adaptive.set_rate(call, limit, rate)
  limit.rate = limit_adaptive.bounded(call, rate)
  limit_adaptive.spend(call, limit, 0)
end

-- The rate in force.
function limit_adaptive.rate(limit)
  return limit.rate
end
