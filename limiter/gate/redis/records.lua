-- Flows, groups and lanes (a flow's work in one group): each record is read and written once a call, all of
-- them by one command. Jobs (lane.lua) and leases (lease.lua) lie beside them, so that one command serves all.
--
--   <base>:records   hash: f<flow>, g<group>, l<lane: length of group>:<group><flow>, j<job>, p<lease>, a permit
-- include "state"
-- record flow
--   weight cap suspended:B in_flight:I waiting:I holds:I parked:B why:B wakes limited:B
--   | lanes
--   | ends name requests tokens
-- record group
--   born weight service virtual holds:I runnable:I
--   | | name
-- record lane
--   born service holds:I waiting:I tail:i head:i long:B
--   | line
local UNLIMITED = 1e15
local records = {} -- flows, groups and lanes by field

-- inline
local function flow_field(name)
  return "f" .. name
end

-- inline
local function group_field(name)
  return "g" .. name
end

-- Names may hold any byte, so the parts of a key carry their lengths.
-- inline
local function lane_name(group, flow)
  return #group .. ":" .. group .. flow
end

-- inline
local function lane_field(group, flow)
  return "l" .. lane_name(group, flow)
end

-- What a flow may spend of its own: requests a minute (its rate) and tokens a day; nothing where it has no such limit.
-- Both meters lie behind the record of a flow that has any, and are written with it.
local function own_requests(flow)
  local meter = flow.requests
  return meter and meter.kind > 0 and meter
end

local function own_tokens(flow)
  local meter = flow.tokens
  return meter and meter.kind > 0 and meter
end

-- inline
local function log_key(which, name)
  return base .. ":log:" .. which .. name
end

local function unpack_limits(flow, packed, name)
  local rate = meter_unpack(packed, flow.ends)
  local daily = meter_unpack(packed, rate.key) -- the place behind the one
  rate.key = rate.kind == 6 and log_key("r", name)
  daily.key = daily.kind == 6 and log_key("t", name)
  flow.requests, flow.tokens = rate, daily
end

local function packed_with_limits(flow)
  local packed = flow_pack(flow)
  if flow.limited == 1 then
    local rate, daily = flow.requests, flow.tokens
    return packed .. meter_pack(rate) .. meter_pack(daily)
  end
  return packed
end

-- Take on a policy's limits: what was spent of the old ones is carried over.
-- rare
local function obey(flow, policy, birth)
  flow.weight, flow.cap = policy.weight, policy.cap or -1
  flow.suspended = policy.suspended and 1 or 0
  local function begin_empty(wanted, key)
    return meter_empty(wanted, key, birth)
  end
  local rate = meter_changed(own_requests(flow), policy.requests, log_key("r", flow.name), begin_empty)
  local daily = meter_changed(own_tokens(flow), policy.tokens, log_key("t", flow.name), meter_full)
  flow.limited = (rate or daily) and 1 or 0
  flow.requests, flow.tokens = rate or meter_record({ kind = 0 }), daily or meter_record({ kind = 0 })
end

-- rare
local function new_flow(name)
  local none = cmsgpack.pack({})
  local flow = flow_record({ name = name, lanes = none })
  local packed = redis.call("HGET", base .. ":policies", name)
  obey(flow, packed and cmsgpack.unpack(packed) or { weight = 1 }, state.birth)
  return flow
end

-- rare
local function new_group(name)
  local weight = tonumber(redis.call("HGET", base .. ":weights", name) or 1)
  return group_record({ born = now, weight = weight })
end

-- rare
local function new_lane(flow, group)
  local lanes = cmsgpack.unpack(flow.lanes)
  local listed = false
  for _, name in ipairs(lanes) do
    listed = listed or name == group.name
  end
  if not listed then
    lanes[#lanes + 1] = group.name
    flow.lanes = cmsgpack.pack(lanes)
  end
  return lane_record({ born = group.born, line = "" })
end

local function flow_from(field, packed, name)
  local flow = packed and flow_unpack(packed, 1) or new_flow(name)
  flow.name = name
  if packed and flow.limited == 1 then
    unpack_limits(flow, packed, name)
  end
  records[field] = flow
  return flow
end

local function group_from(field, packed, name)
  local group = packed and group_unpack(packed, 1) or new_group(name)
  group.name = name
  records[field] = group
  return group
end

local function flow_of(name)
  local field = flow_field(name)
  if records[field] then
    return records[field]
  end
  local packed = redis.call("HGET", records_key, field)
  return flow_from(field, packed, name)
end

local function group_of(name)
  local field = group_field(name)
  if records[field] then
    return records[field]
  end
  local packed = redis.call("HGET", records_key, field)
  return group_from(field, packed, name)
end

-- A flow, a group and the lane of the one in the other.
local function three_of(flow_name, group_name)
  local f, g, l = flow_field(flow_name), group_field(group_name), lane_field(group_name, flow_name)
  local flow, group, lane = records[f], records[g], records[l]
  if flow and group and lane and lane.born == group.born then
    return flow, group, lane
  end
  local packed = redis.call("HMGET", records_key, f, g, l)
  if not flow then
    flow = flow_from(f, packed[1], flow_name)
  end
  if not group then
    group = group_from(g, packed[2], group_name)
  end
  if not lane then
    local of_lane = packed[3]
    lane = of_lane and lane_unpack(of_lane, 1)
  end
  if not lane or lane.born ~= group.born then
    lane = new_lane(flow, group)
  end
  records[l] = lane
  return flow, group, lane
end

-- Write flows, groups, lanes and the state, behind what is given as fields and values in turn.
local function save_all(others)
  local fields = others or {}
  local size = #fields
  for field, record in pairs(records) do
    local kind = string.byte(field)
    fields[size + 1] = field
    if kind == 102 then -- "f"
      local packed = packed_with_limits(record)
      fields[size + 2] = packed
    elseif kind == 103 then -- "g"
      fields[size + 2] = group_pack(record)
    else
      fields[size + 2] = lane_pack(record)
    end
    size = size + 2
  end
  save(fields)
end
