-- Leases: the permits in force. Each has a field of <base>:records, p<lease>; in <base>:by_cost lie, behind the jobs
-- that wait, those that run by when their leases end.
--
--   <base>:tombstones    sorted set of reinstalled leases that ended, by until when that is remembered
local leases = {
  REMEMBERED = 10, -- lease times that an ended one is remembered
  REINSTALLED = -1, -- generation of a lease with an outcome that moves nothing of this memory
}

function leases.field(id)
  return "p" .. id
end

function leases.unpack(packed, id)
  local lease = layouts.unpack_lease(packed)
  lease.id = id
  return lease
end

function leases.read(call, id)
  local packed = redis.call("HGET", call.records_key, leases.field(id))
  return packed and leases.unpack(packed, id)
end

function leases.store(call, lease)
  redis.call("HSET", call.records_key, leases.field(lease.id), layouts.pack_lease(lease))
end

-- Jobs that run, by when their leases end; up to a moment, or all.
function leases.running(call, up_to, ...)
  return redis.call("ZRANGEBYSCORE", call.by_cost_key, "(" .. context.UNLIMITED, up_to, ...)
end

-- When the lease of a job ends.
function leases.expiry(call, job)
  return tonumber(redis.call("ZSCORE", call.by_cost_key, job))
end

-- What flow and group are charged for so many tokens: a call without any counts, too.
function leases.charge(amount)
  return amount > 1 and amount or 1
end

-- Each follower's part of what a call used, and its own.
function leases.part(used, followers)
  return used / (1 + #followers)
end

-- Correct the probes in flight.
function leases.give_probe_back(call, lease)
  call.state.probes = call.state.probes - lease.probe
end

-- Free the slot and correct what a lease that was dropped was charged; flows that followed it (tables of flow and
-- group) bear their part. Its job is forgotten by `forget_ended`.
function leases.finish(call, lease, used, followers)
  local again = list_sync.was_pushed_again(call, lease.job)
  call.ended = call.ended or {}
  call.ended[#call.ended + 1] = lease.job
  call.state.in_flight = call.state.in_flight - 1
  leases.give_probe_back(call, lease)
  local flow, group, flow_queue = records.queue(call, lease.flow, lease.group)
  local part = leases.part(used, followers)
  local over = part - leases.charge(lease.reservation)
  if over ~= 0 then
    fair_order.charge(call, flow, group, flow_queue, over / lease.weight, over / lease.group_weight)
  end
  for _, follower in ipairs(followers) do
    queue.charge_share(call, follower.flow, follower.group, part)
  end
  flow_limits.give_slot_back(call, flow)
  queue.release(call, flow, group, flow_queue)
  if lease.reinstalled == 1 then
    local until_when = call.now + leases.REMEMBERED * call.rules.lease
    redis.call("ZADD", call.base .. ":tombstones", until_when, lease.id)
  end
  if again then
    leases.forget_ended(call)
    list_sync.enter_again(call, lease.job)
  end
  return flow
end

-- Take out the jobs of leases that ended, together. Call it once all have ended.
function leases.forget_ended(call)
  local ended = call.ended
  if ended and ended[1] then
    local fields = {}
    for i, job in ipairs(ended) do
      fields[i] = jobs.field(job)
    end
    redis.call("HDEL", call.records_key, unpack(fields))
    redis.call("ZREM", call.by_cost_key, unpack(ended))
    call.ended = nil
  end
end

-- Has a reinstalled lease ended since?
function leases.is_remembered(call, id)
  return redis.call("ZSCORE", call.base .. ":tombstones", id)
end

function leases.forget_tombstones(call)
  redis.call("ZREMRANGEBYSCORE", call.base .. ":tombstones", "-inf", call.now)
end
