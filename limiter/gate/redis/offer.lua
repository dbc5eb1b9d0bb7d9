-- Put a job in line. One that is in line or running stays as it is.
--
-- KEYS     see state.lua
-- ARGV[3]  job, then flow, group, priority, document, input, output, and 1 to put it at the front
-- reply    {own jobs ahead, earliest start, latest start, reason it was refused or ""}; microseconds, 0: unknown
-- cost     O(log n), and a look into at most 100 documents of the same flow
-- include "state"
load()
-- include "wake"
-- include "mirror"
-- include "span"

local id = ARGV[3]
local job = job_record({
  id = id, flow = ARGV[4], group = ARGV[5], priority = tonumber(ARGV[6]), document = ARGV[7],
  input = math.max(0, tonumber(ARGV[8])), output = math.max(0, tonumber(ARGV[9])),
})

-- Is this more than a limit could ever let through at once? Only what an operator set may refuse it.
local function never()
  local hold = job.input + math.ceil(job.output * (rules and rules.multiplier or 1))
  return (tokens and hold > meter_most(tokens)) or (day and hold > meter_most(day))
end

absorb()
local refused = ""
if redis.call("HEXISTS", records_key, "j" .. id) == 0 then
  if never() then
    refused = "cost"
  else
    enter(job, ARGV[10] == "1")
  end
end
wake()
save_all()
job = job_of(id)
if not job then
  return { 0, 0, 0, refused }
end
local ahead, earliest, latest = span(job)
return { ahead, earliest, latest, refused }
