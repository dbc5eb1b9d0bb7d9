-- Install policies of flows and weights of groups; they act at the next decision.
--
-- KEYS     see state.lua
-- ARGV[3]  JSON: {flows: {name: {version, weight, cap}}, groups: {name: weight}}
-- reply    1
-- cost     O(entries)
-- include "state"
-- include "wake"
-- include "line"

local function is_newer(name, policy)
  local packed = redis.call("HGET", base .. ":policies", name)
  return not packed or cmsgpack.unpack(packed).version < policy.version
end

local wanted = cjson.decode(ARGV[3])
for name, policy in pairs(wanted.flows) do
  if is_newer(name, policy) then
    redis.call("HSET", base .. ":policies", name, cmsgpack.pack(policy))
    if redis.call("HEXISTS", base .. ":flows", name) == 1 then
      local flow = flow_of(name)
      flow.weight, flow.cap = policy.weight, policy.cap
      review(flow)
    end
  end
end
for name, weight in pairs(wanted.groups) do
  redis.call("HSET", base .. ":weights", name, weight)
  if redis.call("HEXISTS", base .. ":groups", name) == 1 then
    group_of(name).weight = weight
  end
end
save_line()
wake(WAKE_LIMIT)
return 1
