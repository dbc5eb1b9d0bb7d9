-- When a waiting job may start, as far as rate and length of calls tell.
-- include "standing"
-- include "line"

-- Microseconds between two admissions.
local function pace()
  local gap = 0
  if rules.requests then
    gap = rules.requests.grain / rules.requests.rate
  end
  if rules.max_in_flight and rules.max_in_flight > 0 then
    gap = math.max(gap, state.mean / rules.max_in_flight)
  end
  return gap
end

-- Turns that pass until a lane of this group has had one, at equal weights.
local function turns(group)
  local among = redis.call("ZCARD", base .. ":runnable")
  return math.max(1, among) * math.max(1, group_of(group).runnable)
end

-- Own jobs ahead, the earliest and latest expected start (0: unknown), and the share of the line before it.
local function span(job)
  local ahead, waiting = lane_ahead(job), redis.call("HLEN", base .. ":jobs")
  local last = math.min(waiting, (ahead + 1) * turns(job.group)) - 1
  local share = last / waiting
  if not rules or rules.paused or (not rules.requests and state.mean == 0) then
    return ahead, 0, 0, share
  end
  local shut, reopens = breaker_refusal()
  if shut and not reopens then
    return ahead, 0, 0, share
  end
  local start = math.max(now, reopens or 0)
  if rules.requests then
    start = math.max(start, now + bucket_wait(rules.requests, 1))
  end
  local gap = pace()
  return ahead, start + math.floor(ahead * gap), start + math.floor(last * gap), share
end
