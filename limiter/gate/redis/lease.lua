-- Leases: the permits in force.
--
--   <base>:records, p<lease>   its record
--   <base>:due                 sorted set of jobs, of which those that run are there by when their leases end
--   <base>:buried                 sorted set of reinstalled leases that ended, by until when that is remembered
-- include "mirror"
-- record lease
--   hold generation:i probe:B admitted weight group_weight r_rate:i t_rate:i accepted:B reinstalled:B
--   | job flow group
--   | id

local function lease_from(packed, id)
  local lease = lease_unpack(packed, 1)
  lease.id = id
  return lease
end

local function lease_of(id)
  local packed = redis.call("HGET", records_key, "p" .. id)
  return packed and lease_from(packed, id)
end

-- Behind the jobs that wait are, in <base>:due, those that run.
local RUNNING = "(" .. UNLIMITED

local function store_lease(lease)
  redis.call("HSET", records_key, "p" .. lease.id, lease_pack(lease))
end

-- What flow and group are charged for so many tokens: a call without any counts, too.
-- inline
local function charge_of(amount)
  return amount > 1 and amount or 1
end

-- Before anything else is written: a server whose memory is full refuses a script's first write, but not this one.
local function drop_leases(fields)
  redis.call("HDEL", records_key, unpack(fields))
end

local ended_fields, ended_jobs = { nil }, { nil } -- jobs whose leases ended: taken out together

-- Call it once all have ended.
local function forget_ended()
  if ended_jobs[1] then
    redis.call("HDEL", records_key, unpack(ended_fields))
    redis.call("ZREM", due_key, unpack(ended_jobs))
    ended_fields, ended_jobs = {}, {}
  end
end

-- Free the slot and correct what a lease that was dropped was charged; riders bear their part of it (ARGV from `shares` on).
local function end_lease(lease, used, riders, shares)
  local again = pushed_again(lease.job)
  local size = #ended_jobs + 1
  ended_fields[size], ended_jobs[size] = "j" .. lease.job, lease.job
  state.in_flight = state.in_flight - 1
  state.probes = state.probes - lease.probe
  local flow, group, lane = three_of(lease.flow, lease.group)
  local part = used / (1 + riders)
  local over = part - charge_of(lease.hold)
  if over ~= 0 then
    correct(flow, group, lane, over / lease.weight, over / lease.group_weight)
  end
  for i = 1, riders do
    share_charge(ARGV[shares + 2 * i - 2], ARGV[shares + 2 * i - 1], part)
  end
  ended(flow)
  release(flow, group, lane)
  if lease.reinstalled == 1 then
    redis.call("ZADD", base .. ":buried", now + 10 * rules.lease, lease.id)
  end
  if again then
    forget_ended()
    enter_again(lease.job)
  end
  return flow
end
