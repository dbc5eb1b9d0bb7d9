-- Wakes sleeping workers: those that were refused leave a mark, <base>:sleeping, that lives a little longer than
-- their sleep. While nobody was refused since it ran out, nobody looks for it.
-- include "state"
local WAKE_LIMIT = 16

local function wake_sleepers(sleepers)
  for _ = 1, math.min(sleepers, WAKE_LIMIT) do
    redis.call("RPUSH", base .. ":wake", 1)
  end
  redis.call("LTRIM", base .. ":wake", -WAKE_LIMIT, -1)
end

local function wake(sleepers)
  if state.asleep == 0 then
    return
  end
  if redis.call("EXISTS", base .. ":sleeping") == 1 then
    wake_sleepers(sleepers or 1)
  else
    state.asleep = 0
  end
end
