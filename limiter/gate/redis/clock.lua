-- The gate's clock: the server's own, in microseconds. The only piece that the tests replace.
local function clock()
  local time = redis.call("TIME")
  return time[1] * 1000000 + time[2]
end
