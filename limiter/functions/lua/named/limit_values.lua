-- What a limit by name (limiter/limits) has spent of one key, under one algorithm: a packed list of numbers, kept a
-- little longer than it counts.
--
--   call.now, call.key    the moment, and the key that holds the list
--   call.rule             the algorithm's own numbers, as limiter/limits/rules.py makes them
local limit_values = { SLACK = 60000 } -- milliseconds that a key at rest is kept: expiry never forgets what counts

function limit_values.read(call)
  local packed = redis.call("GET", call.key)
  return packed and cmsgpack.unpack(packed)
end

-- `rest`: microseconds until all is free.
function limit_values.keep(call, values, rest, slack)
  local milliseconds = math.floor(rest / 1000) + (slack or limit_values.SLACK)
  redis.call("SET", call.key, cmsgpack.pack(values), "PX", milliseconds)
end
