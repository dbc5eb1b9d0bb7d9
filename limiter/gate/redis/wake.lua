-- Wakes sleeping workers. Costs one EXISTS where nobody sleeps: workers that were refused leave a mark that
-- lives a little longer than their sleep.
local WAKE_LIMIT = 16

local function wake(sleepers)
  if redis.call("EXISTS", base .. ":sleeping") == 0 then
    return
  end
  for _ = 1, math.min(sleepers or 1, WAKE_LIMIT) do
    redis.call("RPUSH", base .. ":wake", 1)
  end
  redis.call("LTRIM", base .. ":wake", -WAKE_LIMIT, -1)
end
