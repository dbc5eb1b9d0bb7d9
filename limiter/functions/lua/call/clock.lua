-- The library's clock: the server's own, in microseconds. Tests replace this one function.
local clock = {}

function clock.now()
  local time = redis.call("TIME")
  return time[1] * 1000000 + time[2]
end
