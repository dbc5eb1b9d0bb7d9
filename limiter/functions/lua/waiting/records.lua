-- Flows, groups and flow queues (a flow's work in one group): each is read and written once a call, all of them by
-- one command. Jobs (jobs.lua) and leases (leases.lua) lie beside them in the hash <base>:records.
--
--   f<flow>, g<group>, q<length of group>:<group><flow>
--
-- Policies and weights that an operator set lie in the hashes <base>:policies and <base>:weights: they outlive these.
local records = {}

function records.flow_field(name)
  return "f" .. name
end

function records.group_field(name)
  return "g" .. name
end

-- Names may hold any byte, so the parts of a key carry their lengths.
function records.queue_name(group, flow)
  return #group .. ":" .. group .. flow
end

function records.queue_field(group, flow)
  return "q" .. records.queue_name(group, flow)
end

-- What a flow may spend of its own: requests a minute and tokens a day; nil where it has no such limit. Both meters
-- lie behind the record of a flow that has any, and are written with it.
function records.own_requests(flow)
  local meter = flow.requests
  return meter and meter.kind > 0 and meter
end

function records.own_tokens(flow)
  local meter = flow.tokens
  return meter and meter.kind > 0 and meter
end

function records.log_key(call, which, name)
  return call.base .. ":log:" .. which .. name
end

function records.unpack_limits(call, flow, packed, from)
  local requests, behind = layouts.unpack_meter(packed, from)
  local tokens = layouts.unpack_meter(packed, behind)
  requests.key = requests.kind == meters.SLIDING_LOG and records.log_key(call, "r", flow.name)
  tokens.key = tokens.kind == meters.SLIDING_LOG and records.log_key(call, "t", flow.name)
  flow.requests, flow.tokens = requests, tokens
end

function records.pack_limits(flow)
  return layouts.pack_meter(flow.requests) .. layouts.pack_meter(flow.tokens)
end

function records.pack_flow(flow)
  local packed = layouts.pack_flow(flow)
  return flow.limited == 1 and packed .. records.pack_limits(flow) or packed
end

-- Take on a policy: what was spent of the old limits is carried over.
function records.obey(call, flow, policy)
  flow.weight, flow.cap = policy.weight, policy.cap or -1
  flow.suspended = policy.suspended and 1 or 0
  local requests = meter_changes.apply(
    call.now, records.own_requests(flow), policy.requests, records.log_key(call, "r", flow.name), call.state.birth
  )
  local tokens = meter_changes.apply(
    call.now, records.own_tokens(flow), policy.tokens, records.log_key(call, "t", flow.name)
  )
  flow.limited = (requests or tokens) and 1 or 0
  flow.requests, flow.tokens = requests or layouts.new_meter(), tokens or layouts.new_meter()
end

function records.new_flow(call, name)
  local flow = layouts.new_flow()
  flow.name, flow.groups = name, cmsgpack.pack({})
  local policy = redis.call("HGET", call.base .. ":policies", name)
  records.obey(call, flow, policy and cmsgpack.unpack(policy) or { weight = 1 })
  return flow
end

function records.new_group(call, name)
  local group = layouts.new_group()
  group.name, group.born = name, call.now
  group.weight = tonumber(redis.call("HGET", call.base .. ":weights", name) or 1)
  return group
end

function records.new_queue(flow, group)
  local names = cmsgpack.unpack(flow.groups)
  local listed = false
  for _, name in ipairs(names) do
    listed = listed or name == group.name
  end
  if not listed then
    names[#names + 1] = group.name
    flow.groups = cmsgpack.pack(names)
  end
  local queue = layouts.new_queue()
  queue.born = group.born
  return queue
end

function records.keep_flow(call, packed, name)
  local flow, behind
  if packed then
    flow, behind = layouts.unpack_flow(packed)
    flow.name = name
    if flow.limited == 1 then
      records.unpack_limits(call, flow, packed, behind)
    end
  else
    flow = records.new_flow(call, name)
  end
  call.flows[name] = flow
  return flow
end

function records.keep_group(call, packed, name)
  local group
  if packed then
    group = layouts.unpack_group(packed)
    group.name = name
  else
    group = records.new_group(call, name)
  end
  call.groups[name] = group
  return group
end

function records.flow(call, name)
  return call.flows[name]
    or records.keep_flow(call, redis.call("HGET", call.records_key, records.flow_field(name)), name)
end

function records.group(call, name)
  return call.groups[name]
    or records.keep_group(call, redis.call("HGET", call.records_key, records.group_field(name)), name)
end

-- A flow, a group, and the queue of the one in the other. A queue is of its group's lifetime: one of an earlier
-- group of the name counts for nothing.
function records.queue(call, flow_name, group_name)
  local field = records.queue_field(group_name, flow_name)
  local flow, group, queue = call.flows[flow_name], call.groups[group_name], call.queues[field]
  if flow and group and queue and queue.born == group.born then
    return flow, group, queue
  end
  local packed = redis.call(
    "HMGET", call.records_key, records.flow_field(flow_name), records.group_field(group_name), field
  )
  flow = flow or records.keep_flow(call, packed[1], flow_name)
  group = group or records.keep_group(call, packed[2], group_name)
  if not queue and packed[3] then
    queue = layouts.unpack_queue(packed[3])
  end
  if not queue or queue.born ~= group.born then
    queue = records.new_queue(flow, group)
  end
  call.queues[field] = queue
  return flow, group, queue
end

-- Write what was read, and the state, behind fields and values that are given in turn.
function records.save(call, written)
  local fields = written or {}
  local size = #fields
  for name, flow in pairs(call.flows) do
    fields[size + 1], fields[size + 2] = records.flow_field(name), records.pack_flow(flow)
    size = size + 2
  end
  for name, group in pairs(call.groups) do
    fields[size + 1], fields[size + 2] = records.group_field(name), layouts.pack_group(group)
    size = size + 2
  end
  for field, queue in pairs(call.queues) do
    fields[size + 1], fields[size + 2] = field, layouts.pack_queue(queue)
    size = size + 2
  end
  context.save(call, fields)
end
