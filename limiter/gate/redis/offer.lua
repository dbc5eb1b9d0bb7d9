-- Put a job in line. One that is in line or running stays as it is.
--
-- KEYS     see state.lua
-- ARGV[3]  job, then flow, group, priority, document, tokens, and 1 to put it at the front
-- reply    {own jobs ahead, earliest start, latest start} in microseconds, 0: unknown
-- cost     O(log n), and a look into at most 100 documents of the same flow
-- include "state"
-- include "wake"
-- include "mirror"
-- include "span"

local id = ARGV[3]
local function is_known()
  return redis.call("HEXISTS", base .. ":jobs", id) == 1 or redis.call("HEXISTS", base .. ":running", id) == 1
end

absorb()
if not is_known() then
  enter({
    id = id, flow = ARGV[4], group = ARGV[5], priority = tonumber(ARGV[6]), document = ARGV[7],
    tokens = math.max(0, tonumber(ARGV[8])),
  }, ARGV[9] == "1")
end
save_line()
wake()
local job = job_of(id)
if not job then
  return { 0, 0, 0 }
end
local ahead, earliest, latest = span(job)
return { ahead, earliest, latest }
