-- The order in which groups, and in a group its flows, come to their turn: each by least weighted service
-- (memory/queue.py says how and why). Flows that may not run are blocked: out of the order, at no cost.
--
--   <base>:runnable             sorted set of groups with a flow that may run, by service
--   <base>:runnable:<group>     sorted set of such flows, by service
--   <base>:blocked              sorted set of flows that may not run, by when that ends
local fair_order = {
  LONG = 65, -- bytes of a member that no short set may have (zset-max-listpack-value)
  UNBLOCKED_AT_ONCE = 32,
}

function fair_order.key(call, group)
  return call.groups_key .. ":" .. group.name
end

function fair_order.blocked_key(call)
  return call.base .. ":blocked"
end

-- What one that begins to wait is served from: level with the least served, whom refunds may have brought back.
function fair_order.level(service, virtual, least)
  return math.max(service, least and math.min(virtual, least) or virtual)
end

-- Let one that begins to wait into an order; returns its service. A set that has had a long member is a skip list
-- until it is empty: a move in it takes half as long as in what Redis makes of short sets.
function fair_order.join(key, service, virtual, name)
  local least = redis.call("ZRANGE", key, 0, 0, "WITHSCORES")[2]
  service = fair_order.level(service, virtual, tonumber(least))
  redis.call("ZADD", key, service, name)
  if not least then
    local long = string.rep("x", fair_order.LONG)
    redis.call("ZADD", key, 0, long)
    redis.call("ZREM", key, long)
  end
  return service
end

function fair_order.enter(call, flow, group, queue)
  queue.service = fair_order.join(fair_order.key(call, group), queue.service, group.virtual, flow.name)
  if group.runnable == 0 then
    group.service = fair_order.join(call.groups_key, group.service, call.state.virtual, group.name)
  end
  group.runnable = group.runnable + 1
end

function fair_order.leave(call, flow, group)
  group.runnable = group.runnable - 1
  redis.call("ZREM", fair_order.key(call, group), flow.name)
  if group.runnable == 0 then
    redis.call("ZREM", call.groups_key, group.name)
  end
end

-- The next job is taken out of its queue: time goes on to where its flow and group stood.
function fair_order.pass(call, group, queue)
  local state = call.state
  if group.service > state.virtual then
    state.virtual = group.service
  end
  if queue.service > group.virtual then
    group.virtual = queue.service
  end
end

-- Change the service of a queue and of its group.
function fair_order.charge(call, flow, group, queue, by, group_by)
  queue.service = queue.service + by
  group.service = group.service + group_by
  if queue.waiting > 0 and flow.blocked == 0 then
    redis.call("ZADD", fair_order.key(call, group), queue.service, flow.name)
  end
  if group.runnable > 0 then
    redis.call("ZADD", call.groups_key, group.service, group.name)
  end
end

-- Begin to charge one that is not in the order: it stands no lower than those that are.
function fair_order.catch_up(call, group, queue)
  queue.service = math.max(queue.service, group.virtual)
  group.service = math.max(group.service, call.state.virtual)
end

function fair_order.each_waiting(call, flow, act)
  for _, name in ipairs(cmsgpack.unpack(flow.groups)) do
    local _, group, queue = records.queue(call, flow.name, name)
    if queue.waiting > 0 then
      act(call, flow, group, queue)
    end
  end
end

-- Take a flow that may not run out of the order; moment 0: until an event.
function fair_order.block(call, flow, why, moment)
  flow.blocked, flow.why, flow.unblocks_at = 1, why, moment
  redis.call("ZADD", fair_order.blocked_key(call), moment > 0 and moment or "+inf", flow.name)
  if moment > 0 then
    call.state.unblocks_at = math.min(call.state.unblocks_at, moment)
  end
  fair_order.each_waiting(call, flow, fair_order.leave)
end

-- Back into the order, where it turns out whether it may run.
function fair_order.unblock(call, flow)
  flow.blocked, flow.why, flow.unblocks_at = 0, 0, 0
  redis.call("ZREM", fair_order.blocked_key(call), flow.name)
  fair_order.each_waiting(call, flow, fair_order.enter)
end

-- Unblock flows that are due, and note when the next one's does. Whether there were any.
function fair_order.unblock_due(call)
  if call.now < call.state.unblocks_at then
    return false
  end
  local key, most = fair_order.blocked_key(call), fair_order.UNBLOCKED_AT_ONCE
  for _, name in ipairs(redis.call("ZRANGEBYSCORE", key, "-inf", call.now, "LIMIT", 0, most)) do
    fair_order.unblock(call, records.flow(call, name))
  end
  call.state.unblocks_at = tonumber(redis.call("ZRANGE", key, 0, 0, "WITHSCORES")[2] or context.NEVER)
  return true
end

function fair_order.blocked(call)
  return redis.call("ZRANGE", fair_order.blocked_key(call), 0, -1)
end

-- The blocked flow that is unblocked first, or nil.
function fair_order.next_unblocked(call)
  return redis.call("ZRANGE", fair_order.blocked_key(call), 0, 0)[1]
end

function fair_order.forget_flow(call, name)
  redis.call("ZREM", fair_order.blocked_key(call), name)
end

-- Flow and group that come first, or nil.
function fair_order.first(call)
  local group_name = redis.call("ZRANGE", call.groups_key, 0, 0)[1]
  if group_name then
    return redis.call("ZRANGE", call.groups_key .. ":" .. group_name, 0, 0)[1], group_name
  end
end
