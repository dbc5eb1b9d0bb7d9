-- Install policies of flows and weights of groups; they act at the next decision.
--
-- KEYS     see state.lua
-- ARGV[3]  JSON: {flows: {name: {version, weight, cap, suspended, requests, tokens}}, groups: {name: weight}}
-- reply    1
-- cost     O(entries)
-- include "state"
load()
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
    if redis.call("HEXISTS", records_key, flow_field(name)) == 1 then
      local flow = flow_of(name)
      obey(flow, policy, state.birth)
      review(flow)
    end
  end
end
for name, weight in pairs(wanted.groups) do
  redis.call("HSET", base .. ":weights", name, weight)
  if redis.call("HEXISTS", records_key, group_field(name)) == 1 then
    local group = group_of(name)
    group.weight = weight
  end
end
wake(WAKE_LIMIT)
save_all()
return 1
