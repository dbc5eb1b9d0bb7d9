-- Does the list hold more ids than the queue knows? Reads only.
--
-- reply    1 or 0
-- cost     O(1)
local unlisted = {}

function unlisted.run(keys, args)
  local call = context.open_to_read(keys, args)
  local known = call.state.waiting + call.state.again
  return call.list ~= "" and redis.call("LLEN", call.list) > known and 1 or 0
end
