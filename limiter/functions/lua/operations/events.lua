-- What the gate did by itself since the event of that number. Reads only.
--
-- ARGV[3]  number
-- reply    {epoch, {number, at, kind, before, after, reason}, ...}
-- cost     O(events kept)
local events = {}

function events.run(keys, args)
  local call, after = context.open_to_read(keys, args), tonumber(args[3])
  local found = { call.state.epoch }
  for _, packed in ipairs(redis.call("LRANGE", call.events_key, 0, -1)) do
    local number, at, kind, before, later, reason = unpack(cmsgpack.unpack(packed))
    if number > after then
      found[#found + 1] = { string.format("%.0f", number), string.format("%.0f", at), kind, before, later, reason }
    end
  end
  return found
end
