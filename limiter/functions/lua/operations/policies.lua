-- Install policies of flows and weights of groups; they act at the next decision.
--
-- ARGV[3]  JSON: {flows: {name: {version, weight, cap, suspended, requests, tokens}}, groups: {name: weight}}
-- reply    1
-- cost     O(entries)
local policies = {}

function policies.is_newer(call, name, policy)
  local packed = redis.call("HGET", call.base .. ":policies", name)
  return not packed or cmsgpack.unpack(packed).version < policy.version
end

function policies.is_there(call, field)
  return redis.call("HEXISTS", call.records_key, field) == 1
end

function policies.set_policy(call, name, policy)
  redis.call("HSET", call.base .. ":policies", name, cmsgpack.pack(policy))
  if policies.is_there(call, records.flow_field(name)) then
    local flow = records.flow(call, name)
    records.obey(call, flow, policy)
    flow_limits.review(call, flow)
  end
end

function policies.set_weight(call, name, weight)
  redis.call("HSET", call.base .. ":weights", name, weight)
  if policies.is_there(call, records.group_field(name)) then
    records.group(call, name).weight = weight
  end
end

function policies.run(keys, args)
  local call, wanted = context.open(keys, args), cjson.decode(args[3])
  for name, policy in pairs(wanted.flows) do
    if policies.is_newer(call, name, policy) then
      policies.set_policy(call, name, policy)
    end
  end
  for name, weight in pairs(wanted.groups) do
    policies.set_weight(call, name, weight)
  end
  wakeups.wake(call, wakeups.MOST)
  records.save(call)
  return 1
end
