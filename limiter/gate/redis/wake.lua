-- Wakes sleeping workers: they leave a mark, <base>:sleeping, that lives a little longer than their sleep, and beside
-- the state the word that there may be one. While there is no such word nobody looks for the mark.
-- include "state"
local WAKE_LIMIT = 16

local function wake_sleepers(sleepers)
  for _ = 1, math.min(sleepers, WAKE_LIMIT) do
    redis.call("RPUSH", base .. ":wake", 1)
  end
  redis.call("LTRIM", base .. ":wake", -WAKE_LIMIT, -1)
end

local function wake(sleepers)
  if not asleep then
    return
  end
  if redis.call("EXISTS", base .. ":sleeping") == 1 then
    wake_sleepers(sleepers or 1)
  else
    redis.call("HDEL", records_key, "asleep")
  end
end
