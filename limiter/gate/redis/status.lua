-- The upstream at this moment. Reads only.
--
-- KEYS     see state.lua
-- ARGV[3]  how many flows to list at most
-- reply    {version or 0, mode or "", rate or -1, capacity, grain, now, waiting, epoch, level, breaker as it acts, retry_at, in flight,
--           consecutive failures, generation, probes, {counter, value, ...}, {flow, waiting, in flight, weight (text), parked, ...}}
-- cost     O(flows with a record)
-- include "state"
-- include "standing"
-- include "line"

local limit = tonumber(ARGV[3])

local function flows_with_work()
  local listed, cursor = {}, "0"
  repeat
    local page = redis.call("HSCAN", base .. ":flows", cursor, "COUNT", 200)
    cursor = page[1]
    for i = 1, #page[2], 2 do
      local flow, waiting = cmsgpack.unpack(page[2][i + 1]), 0
      for _, lane in pairs(flow.lanes) do
        waiting = waiting + lane.waiting
      end
      if flow.holds > 0 and #listed < limit * 5 then
        for _, value in ipairs({ page[2][i], waiting, flow.in_flight, string.format("%.17g", flow.weight) }) do
          listed[#listed + 1] = value
        end
        listed[#listed + 1] = flow.parked and 1 or 0
      end
    end
  until cursor == "0" or #listed >= limit * 5
  return listed
end

local requests = rules and rules.requests
local reopens
if rules then
  local _, at = breaker_refusal()
  reopens = at
end
return {
  rules and rules.version or 0, rules and rules.breaker.mode or "auto",
  requests and requests.rate or -1, requests and requests.capacity or 0, requests and requests.grain or 1,
  now, redis.call("HLEN", base .. ":jobs"), state.epoch, requests and bucket_peek(requests) or 0,
  breaker_seen(), reopens or 0, state.in_flight, state.failures, state.generation, state.probes,
  redis.call("HGETALL", base .. ":counters"), flows_with_work(),
}
