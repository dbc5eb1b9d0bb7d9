-- Who is next: groups, then flows, each by least weighted service (memory/line.py says how and why).
--
--   <base>:runnable           sorted set of groups with a flow that may run, by service
--   <base>:runnable:<group>   sorted set of such flows, by service
--   <base>:policies, <base>:weights   what an operator set; outlives the records
--   <base>:parked             sorted set of flows that may not run, by when they wake: out of the choice, at no cost
--   <base>:due                sorted set of jobs: those that wait by what they hold, for probes, and behind them
--                             those that run by when their leases end
--   <base>:idle               sorted set of flows and groups without work, by since when
-- include "change"
-- include "lane"

local LOOKS = 32
local WAKES = 32
local PROBE_LOOK = 32
local FORGET_AFTER = 3600 * 1000000
local LONG = 65 -- bytes of a member that no short set may have (zset-max-ziplist-value)
local FLOW_IN_FLIGHT, FLOW_REQUESTS, FLOW_TOKENS, FLOW_SUSPENDED = 1, 2, 3, 4

local function why_name(why)
  if why == FLOW_IN_FLIGHT then
    return "flow_in_flight"
  elseif why == FLOW_REQUESTS then
    return "flow_requests_per_minute"
  end
  return why == FLOW_TOKENS and "flow_tokens_per_day" or "flow_suspended"
end

local due_key, groups_key = base .. ":due", base .. ":runnable"

-- inline
local function runnable_key(group)
  return groups_key .. ":" .. group.name
end

local function each_waiting(flow, act)
  for _, name in ipairs(cmsgpack.unpack(flow.lanes)) do
    local _, group, lane = three_of(flow.name, name)
    if lane.waiting > 0 then
      act(flow, group, lane)
    end
  end
end

-- In and out of the choice ------------------------------------------------------------------------

-- Let one that begins to wait into an order; returns its service. It stands level with the least served, whom refunds
-- may have brought back. A set that has had a long member is a skip list until it is empty: a move in it takes half as
-- long as in what Redis makes of short sets.
local function join(key, service, virtual, name)
  local least = redis.call("ZRANGE", key, "0", "0", "WITHSCORES")[2]
  service = math.max(service, least and math.min(virtual, tonumber(least)) or virtual)
  redis.call("ZADD", key, service, name)
  if not least then
    local long = string.rep("x", LONG)
    redis.call("ZADD", key, "0", long)
    redis.call("ZREM", key, long)
  end
  return service
end

local function activate(flow, group, lane)
  lane.service = join(runnable_key(group), lane.service, group.virtual, flow.name)
  if group.runnable == 0 then
    group.service = join(groups_key, group.service, state.virtual, group.name)
  end
  group.runnable = group.runnable + 1
end

local function deactivate(flow, group)
  group.runnable = group.runnable - 1
  redis.call("ZREM", runnable_key(group), flow.name)
  if group.runnable == 0 then
    redis.call("ZREM", groups_key, group.name)
  end
end

-- Take a flow that may not run out of the choice; moment 0: until an event.
local function park(flow, why, moment)
  flow.parked, flow.why, flow.wakes = 1, why, moment
  redis.call("ZADD", base .. ":parked", moment > 0 and moment or "+inf", flow.name)
  if moment > 0 then
    state.wakes = math.min(state.wakes, moment)
  end
  each_waiting(flow, deactivate)
end

-- Back into the choice, which finds out whether it may run.
local function wake_flow(flow)
  flow.parked, flow.why, flow.wakes = 0, 0, 0
  redis.call("ZREM", base .. ":parked", flow.name)
  each_waiting(flow, activate)
end

-- Wake flows whose moment has come, and note when the next one's does.
-- rare
local function wake_due()
  for _, name in ipairs(redis.call("ZRANGEBYSCORE", base .. ":parked", "-inf", now, "LIMIT", "0", WAKES)) do
    wake_flow(flow_of(name))
  end
  state.wakes = tonumber(redis.call("ZRANGE", base .. ":parked", "0", "0", "WITHSCORES")[2] or NEVER)
end

-- inline
local function cap_of(flow)
  return flow.cap < 0 and (rules and rules.flow_in_flight or UNLIMITED) or flow.cap
end

-- inline
local function has_room(flow)
  return flow.in_flight < cap_of(flow)
end

local function limits_refusal(flow, hold)
  local rate = own_requests(flow)
  if rate then
    local wait = meter_wait(rate, 1)
    if wait > 0 then
      return FLOW_REQUESTS, now + wait
    end
  end
  local daily = own_tokens(flow)
  if daily then
    local wait = meter_wait(daily, hold)
    if wait > 0 then
      return FLOW_TOKENS, now + wait
    end
  end
end

-- What keeps a flow from running a job that holds so much, and until when (0: until an event).
local function flow_refusal(flow, hold)
  if flow.suspended == 1 then
    return FLOW_SUSPENDED, 0
  end
  if not has_room(flow) then
    return FLOW_IN_FLIGHT, 0
  end
  if flow.limited == 1 then
    return limits_refusal(flow, hold)
  end
end

local function took_room(flow)
  flow.in_flight = flow.in_flight + 1
  if flow.parked == 0 and not has_room(flow) then
    park(flow, FLOW_IN_FLIGHT, 0)
  end
end

-- One more in flight, and spent of what the flow has of its own.
local function started(flow, hold)
  local rate = own_requests(flow)
  if rate then
    meter_spend(rate, 1)
  end
  local daily = own_tokens(flow)
  if daily then
    meter_spend(daily, hold)
  end
  took_room(flow)
end

local function ended(flow)
  flow.in_flight = flow.in_flight - 1
  if flow.why == FLOW_IN_FLIGHT and has_room(flow) then
    wake_flow(flow)
  end
end

-- Its limits changed: it may be able to run.
local function review(flow)
  if flow.parked == 1 and flow.suspended == 0 and has_room(flow) then
    wake_flow(flow)
  end
end

-- Memory ------------------------------------------------------------------------------------------

local function hold_lane(flow, group, lane)
  if flow.holds == 0 then
    redis.call("ZREM", base .. ":idle", "f" .. flow.name)
  end
  if group.holds == 0 then
    redis.call("ZREM", base .. ":idle", "g" .. group.name)
  end
  flow.holds, group.holds, lane.holds = flow.holds + 1, group.holds + 1, lane.holds + 1
end

-- Note since when a flow and a group have no work.
local function rest(flow, group)
  if flow.holds == 0 then
    redis.call("ZADD", base .. ":idle", now, "f" .. flow.name)
  end
  if group.holds == 0 then
    redis.call("ZADD", base .. ":idle", now, "g" .. group.name)
  end
end

-- A job is over: what has no work left is forgotten in time.
local function release(flow, group, lane)
  flow.holds, group.holds, lane.holds = flow.holds - 1, group.holds - 1, lane.holds - 1
  rest(flow, group)
end

-- Coming and going --------------------------------------------------------------------------------

local function arrive(lane, front)
  if front then
    lane.head = lane.head - 1
    return lane.head
  end
  lane.tail = lane.tail + 1
  return lane.tail - 1
end

-- What the provider holds from the start of a call.
local function hold_of(job)
  local multiplier = rules and rules.multiplier or 1
  if rules and rules.follows == 1 then
    load_tally()
    multiplier = tally.multiplier > 0 and tally.multiplier or multiplier
  end
  return job.input + math.ceil(job.output * multiplier)
end

-- Put a job in line: its place in the order of arrival is given here.
local function enter(job, front)
  local flow, group, lane = three_of(job.flow, job.group)
  job.priority = front and FRONT or clamp(job.priority)
  job.arrival = arrive(lane, front)
  job.hold = hold_of(job)
  hold_lane(flow, group, lane)
  store_job(job)
  state.waiting, flow.waiting = state.waiting + 1, flow.waiting + 1
  redis.call("ZADD", due_key, math.min(job.hold, UNLIMITED), job.id)
  lane_add(lane, job)
  if lane.waiting == 1 and flow.parked == 0 then
    activate(flow, group, lane)
  end
end

-- A job was taken out of its lane; its flow goes on holding it.
local function taken(flow, group, lane)
  state.waiting, flow.waiting = state.waiting - 1, flow.waiting - 1
  if lane.waiting == 0 and flow.parked == 0 then
    deactivate(flow, group)
  end
end

-- Take a job out for good.
local function leave(job)
  local flow, group, lane = three_of(job.flow, job.group)
  lane_remove(lane, job)
  taken(flow, group, lane)
  redis.call("ZREM", due_key, job.id)
  redis.call("HDEL", records_key, "j" .. job.id)
  release(flow, group, lane)
end

-- The choice --------------------------------------------------------------------------------------

-- The job whose turn it is, with its flow, group and lane.
local function choose()
  for _ = 1, LOOKS do
    local name = redis.call("ZRANGE", groups_key, "0", "0")[1]
    if not name then
      return nil
    end
    local flow_name = redis.call("ZRANGE", groups_key .. ":" .. name, "0", "0")[1]
    local flow, group, lane = three_of(flow_name, name)
    local job = lane_first(lane, flow_name, name)
    local why, moment = flow_refusal(flow, job.hold)
    if not why then
      return job, flow, group, lane
    end
    park(flow, why, moment)
  end
end

-- The smallest job whose flow may run: what a probe risks.
-- rare
local function cheapest()
  for _, id in ipairs(redis.call("ZRANGEBYSCORE", due_key, "-inf", UNLIMITED, "LIMIT", 0, PROBE_LOOK)) do
    local job = job_of(id)
    local flow = flow_of(job.flow)
    if flow.parked == 0 and not flow_refusal(flow, job.hold) then
      return job, three_of(job.flow, job.group)
    end
  end
end

-- Why nobody may run: what the parked flow that wakes first waits for.
-- rare
local function nobody()
  local name = redis.call("ZRANGE", base .. ":parked", "0", "0")[1]
  if not name then
    return "flow_in_flight"
  end
  local flow = flow_of(name)
  return why_name(flow.why), flow.wakes > 0 and flow.wakes or nil
end

-- Change the service of a lane and of its group.
local function correct(flow, group, lane, lane_by, group_by)
  lane.service = lane.service + lane_by
  group.service = group.service + group_by
  if lane.waiting > 0 and flow.parked == 0 then
    redis.call("ZADD", runnable_key(group), lane.service, flow.name)
  end
  if group.runnable > 0 then
    redis.call("ZADD", groups_key, group.service, group.name)
  end
end

-- Charge work that ran under another's lease.
-- rare
local function share_charge(flow_name, group_name, amount)
  local flow, group, lane = three_of(flow_name, group_name)
  lane.service = math.max(lane.service, group.virtual)
  group.service = math.max(group.service, state.virtual)
  correct(flow, group, lane, amount / flow.weight, amount / group.weight)
  rest(flow, group)
end
