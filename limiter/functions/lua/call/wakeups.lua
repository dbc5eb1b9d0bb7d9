-- Wakes sleeping workers: they leave a mark, <base>:sleeping, that lives a little longer than their sleep, and beside
-- the state the word that there may be one. While there is no such word the mark is not looked for.
--
--   <base>:wake        list of tokens that sleepers block on, one for each to be woken
--   <base>:sleeping    there while one sleeps
local wakeups = {
  MOST = 16, -- tokens
  SLEEP = 3000, -- milliseconds that a refused caller counts as asleep, before its wait says so itself
}

function wakeups.wake(call, sleepers)
  if not call.asleep then
    return
  end
  if redis.call("EXISTS", call.base .. ":sleeping") == 0 then
    redis.call("HDEL", call.records_key, "asleep")
    return
  end
  for _ = 1, math.min(sleepers or 1, wakeups.MOST) do
    redis.call("RPUSH", call.base .. ":wake", 1)
  end
  redis.call("LTRIM", call.base .. ":wake", -wakeups.MOST, -1)
end

-- The caller will sleep. Nothing more is admissible now, so whatever called for a sleeper before is out of date.
function wakeups.fall_asleep(call)
  redis.call("DEL", call.base .. ":wake")
  if redis.call("PTTL", call.base .. ":sleeping") < wakeups.SLEEP / 2 then
    redis.call("SET", call.base .. ":sleeping", 1, "PX", wakeups.SLEEP)
  end
  if not call.asleep then
    redis.call("HSET", call.records_key, "asleep", 1)
  end
end
