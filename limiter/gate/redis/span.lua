-- When a waiting job may start, as far as limits and length of calls tell (memory/outlook.py says how and why).
-- include "standing"
-- include "line"

local EARLY, LATE = 0.75, 1.5

-- Microseconds to the start of a job that so many go before, where `free` may start at once, each further one so
-- long after the last.
local function until_start(free, gap, ahead)
  return math.max(0, ahead + 1 - math.max(1, free)) * gap
end

local function until_limit(meter, units, ahead)
  if not meter then
    return 0
  end
  local gap = units * (meter.kind <= BUCKETS and meter.y / meter.c or meter.y / meter.x)
  return until_start(math.floor(meter_left(meter) / math.max(1, units)), gap, ahead)
end

local function until_slot(most, taken, ahead)
  if most <= 0 or most >= UNLIMITED then
    return 0
  end
  return until_start(most - taken, tally.mean / most, ahead)
end

-- By what all jobs of this size share.
local function until_shared(hold, ahead)
  return math.max(
    until_limit(requests, 1, ahead), until_limit(tokens, hold, ahead),
    until_slot(rules.max_in_flight, state.in_flight, ahead)
  )
end

-- By what its flow may do.
local function until_own(flow, ahead)
  return math.max(
    until_limit(own_requests(flow), 1, ahead), until_slot(cap_of(flow), flow.in_flight, ahead)
  )
end

-- Turns that pass until a lane of this group has had one, at equal weights.
local function turns(group_name)
  local among, group = redis.call("ZCARD", groups_key), group_of(group_name)
  return math.max(1, among) * math.max(1, group.runnable)
end

-- Microseconds until such a job could pass, were it next.
local function wait_for_all(hold)
  return math.max(
    requests and meter_wait(requests, 1) or 0, tokens and meter_wait(tokens, hold) or 0,
    day and meter_wait(day, hold) or 0
  )
end

-- Does any limit tell how fast the line moves?
local function has_pace(hold)
  local cap = rules.max_in_flight
  return requests or (tokens and hold > 0) or (tally.mean > 0 and cap > 0 and cap < UNLIMITED)
end

-- Own jobs ahead, the earliest and latest expected start (0: unknown), and the share of the line before it.
local function span(job)
  local _, _, lane = three_of(job.flow, job.group)
  local ahead, waiting, among = lane_ahead(lane, job), state.waiting, turns(job.group)
  local share = (math.min(waiting, (ahead + 1) * among) - 1) / waiting
  if not rules or rules.paused == 1 then
    return ahead, 0, 0, share
  end
  load_tally()
  local reason, reopens = standing()
  if (reason and not reopens) or not has_pace(job.hold) then
    return ahead, 0, 0, share
  end
  local flow = flow_of(job.flow)
  local start = math.max(now, reopens or 0, flow.wakes, now + wait_for_all(job.hold))
  local least = math.max(until_shared(job.hold, math.min(waiting - 1, ahead * among)), until_own(flow, ahead))
  local most = math.max(until_shared(job.hold, (ahead + 1) * (among + 1)), until_own(flow, ahead + 1))
  return ahead, start + math.floor(EARLY * least), start + math.floor(LATE * most), share
end
