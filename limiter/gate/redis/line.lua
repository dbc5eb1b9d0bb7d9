-- Who is next: groups, then flows, each by least weighted service (memory/line.py says how and why).
--
--   <base>:runnable           sorted set of groups with a flow that may run, by service
--   <base>:runnable:<group>   sorted set of such flows, by service
--   <base>:flows, <base>:groups       hashes of packed records, each read and written once a call
--   <base>:policies, <base>:weights   what an operator set; outlives the records
--   <base>:parked             sorted set of flows at their cap: out of the choice, at no cost
--   <base>:sizes              sorted set of waiting jobs by tokens, for probes
--   <base>:idle               sorted set of flows and groups without work, by since when
-- include "lane"

local PARKS = 32
local PROBE_LOOK = 32
local FORGET_AFTER = 3600 * 1000000
local flows, groups = {}, {}

local function new_flow(name)
  local packed = redis.call("HGET", base .. ":policies", name)
  local policy = packed and cmsgpack.unpack(packed) or { weight = 1 }
  return { weight = policy.weight, cap = policy.cap, in_flight = 0, holds = 0, parked = false, lanes = {} }
end

local function flow_of(name)
  local flow = flows[name]
  if not flow then
    local packed = redis.call("HGET", base .. ":flows", name)
    flow = packed and cmsgpack.unpack(packed) or new_flow(name)
    flow.name = name
    flows[name] = flow
  end
  return flow
end

local function group_of(name)
  local group = groups[name]
  if not group then
    local packed = redis.call("HGET", base .. ":groups", name)
    if packed then
      group = cmsgpack.unpack(packed)
    else
      local weight = tonumber(redis.call("HGET", base .. ":weights", name) or 1)
      group = { born = now, weight = weight, service = 0, virtual = 0, holds = 0, runnable = 0 }
    end
    group.name = name
    groups[name] = group
  end
  return group
end

local function lane_of(flow, group)
  local lane = flow.lanes[group.name]
  if not lane or lane.born ~= group.born then
    lane = { born = group.born, service = 0, holds = 0, waiting = 0, tail = 0, head = 0 }
    flow.lanes[group.name] = lane
  end
  return lane
end

local function save_records(key, records)
  local fields = {}
  for name, record in pairs(records) do
    record.name = nil
    fields[#fields + 1] = name
    fields[#fields + 1] = cmsgpack.pack(record)
    record.name = name
    if #fields >= 1000 then
      redis.call("HSET", key, unpack(fields))
      fields = {}
    end
  end
  if #fields > 0 then
    redis.call("HSET", key, unpack(fields))
  end
end

local function save_line()
  save_records(base .. ":flows", flows)
  save_records(base .. ":groups", groups)
end

-- In and out of the choice ------------------------------------------------------------------------

local function runnable_key(group)
  return base .. ":runnable:" .. group.name
end

local function activate(flow, group, lane)
  lane.service = math.max(lane.service, group.virtual)
  if group.runnable == 0 then
    group.service = math.max(group.service, state.virtual)
    redis.call("ZADD", base .. ":runnable", group.service, group.name)
  end
  group.runnable = group.runnable + 1
  redis.call("ZADD", runnable_key(group), lane.service, flow.name)
end

local function deactivate(flow, group)
  group.runnable = group.runnable - 1
  redis.call("ZREM", runnable_key(group), flow.name)
  if group.runnable == 0 then
    redis.call("ZREM", base .. ":runnable", group.name)
  end
end

local function may_run(flow)
  local cap = flow.cap or (rules and rules.flow_in_flight)
  return not cap or flow.in_flight < cap
end

-- Take a flow at its cap out of the choice.
local function park(flow)
  flow.parked = true
  redis.call("ZADD", base .. ":parked", 0, flow.name)
  for name, lane in pairs(flow.lanes) do
    if lane.waiting > 0 then
      deactivate(flow, group_of(name))
    end
  end
end

-- Wake a parked flow that may run again.
local function review(flow)
  if not flow.parked or not may_run(flow) then
    return
  end
  flow.parked = false
  redis.call("ZREM", base .. ":parked", flow.name)
  for name, lane in pairs(flow.lanes) do
    if lane.waiting > 0 then
      activate(flow, group_of(name), lane)
    end
  end
end

local function started(flow)
  flow.in_flight = flow.in_flight + 1
  if not flow.parked and not may_run(flow) then
    park(flow)
  end
end

local function ended(flow)
  flow.in_flight = flow.in_flight - 1
  review(flow)
end

-- Memory ------------------------------------------------------------------------------------------

local function hold(flow, group, lane)
  if flow.holds == 0 then
    redis.call("ZREM", base .. ":idle", "f" .. flow.name)
  end
  if group.holds == 0 then
    redis.call("ZREM", base .. ":idle", "g" .. group.name)
  end
  flow.holds, group.holds, lane.holds = flow.holds + 1, group.holds + 1, lane.holds + 1
end

local function release(flow, group)
  local lane = lane_of(flow, group)
  flow.holds, group.holds, lane.holds = flow.holds - 1, group.holds - 1, lane.holds - 1
  if flow.holds == 0 then
    redis.call("ZADD", base .. ":idle", now, "f" .. flow.name)
  end
  if group.holds == 0 then
    redis.call("ZADD", base .. ":idle", now, "g" .. group.name)
  end
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

local function store_job(job)
  local record = {
    flow = job.flow, group = job.group, document = job.document,
    tokens = job.tokens, priority = job.priority, arrival = job.arrival,
  }
  redis.call("HSET", base .. ":jobs", job.id, cmsgpack.pack(record))
end

-- Put a job in line: its place in the order of arrival is given here.
local function enter(job, front)
  local flow, group = flow_of(job.flow), group_of(job.group)
  local lane = lane_of(flow, group)
  job.priority = front and FRONT or clamp(job.priority)
  job.arrival = arrive(lane, front)
  hold(flow, group, lane)
  store_job(job)
  redis.call("ZADD", base .. ":sizes", job.tokens, job.id)
  lane_add(lane, job)
  if lane.waiting == 1 and not flow.parked then
    activate(flow, group, lane)
  end
end

-- Take a job out of the order; its flow goes on holding it.
local function take(job)
  local flow, group = flow_of(job.flow), group_of(job.group)
  local lane = lane_of(flow, group)
  redis.call("HDEL", base .. ":jobs", job.id)
  redis.call("ZREM", base .. ":sizes", job.id)
  lane_remove(lane, job)
  if lane.waiting == 0 and not flow.parked then
    deactivate(flow, group)
  end
end

-- Take a job out for good.
local function leave(job)
  take(job)
  release(flow_of(job.flow), group_of(job.group))
end

-- The choice --------------------------------------------------------------------------------------

local function choose()
  for _ = 1, PARKS do
    local name = redis.call("ZRANGE", base .. ":runnable", "0", "0")[1]
    if not name then
      return nil
    end
    local flow = flow_of(redis.call("ZRANGE", base .. ":runnable:" .. name, "0", "0")[1])
    if may_run(flow) then
      return lane_first(name, flow.name)
    end
    park(flow)
  end
end

-- The smallest job whose flow may run: what a probe risks.
local function cheapest()
  for _, id in ipairs(redis.call("ZRANGE", base .. ":sizes", 0, PROBE_LOOK - 1)) do
    local job = job_of(id)
    local flow = flow_of(job.flow)
    if may_run(flow) and not flow.parked then
      return job
    end
  end
end

-- Change the service of a lane and of its group.
local function correct(flow, group, lane_by, group_by)
  local lane = lane_of(flow, group)
  lane.service = lane.service + lane_by
  group.service = group.service + group_by
  if lane.waiting > 0 and not flow.parked then
    redis.call("ZADD", runnable_key(group), lane.service, flow.name)
  end
  if group.runnable > 0 then
    redis.call("ZADD", base .. ":runnable", group.service, group.name)
  end
end

-- Charge a job to its lane and group. Only a job whose turn it was moves the virtual times.
local function charge(job, amount, turn)
  local flow, group = flow_of(job.flow), group_of(job.group)
  if turn then
    state.virtual = math.max(state.virtual, group.service)
    group.virtual = math.max(group.virtual, lane_of(flow, group).service)
  end
  correct(flow, group, amount / flow.weight, amount / group.weight)
  return flow, group
end
