-- Wakes sleeping workers: those that were refused leave a mark, <base>:sleeping, that lives a little longer than
-- their sleep.
-- include "state"
local WAKE_LIMIT = 16

local function wake_sleepers(sleepers)
  for _ = 1, math.min(sleepers, WAKE_LIMIT) do
    redis.call("RPUSH", base .. ":wake", 1)
  end
  redis.call("LTRIM", base .. ":wake", -WAKE_LIMIT, -1)
end

local function wake(sleepers)
  if sleeping then
    wake_sleepers(sleepers or 1)
  end
end
