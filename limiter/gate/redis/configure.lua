-- Publish a version of the rules.
--
-- KEYS     see state.lua
-- ARGV[3]  the rules (JSON)
-- reply    1, or 0 where this version or a newer one is in force
-- cost     O(parked flows): rare, an operator's act
-- include "state"
-- include "wake"
-- include "standing"
-- include "line"

-- The level stays what it is, within the new capacity: a change neither gives nor takes more than that.
local function carry_level(old, new)
  if old and old.requests then
    bucket_refill(old.requests)
  end
  state.at = math.max(state.at, now)
  state.level = new.requests and math.min(state.level, new.requests.brim) or 0
end

local old, new = rules, cjson.decode(ARGV[3])
if old and old.version >= new.version then
  return 0
end
carry_level(old, new)
if old and old.breaker.mode ~= new.breaker.mode then
  breaker_restart()
end
rules = new
redis.call("SET", base .. ":rules", cmsgpack.pack(new))
for _, name in ipairs(redis.call("ZRANGE", base .. ":parked", 0, -1)) do
  review(flow_of(name))
end
save_line()
save()
wake(WAKE_LIMIT)
return 1
