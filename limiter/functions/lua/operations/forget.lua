-- Forget an upstream that is no more, unless something waits or runs.
--
-- reply    1, or 0 where something does
-- cost     O(all keys of the server): rare, an operator's act
local forget = {}

function forget.is_used(call)
  local listed = call.list ~= "" and redis.call("LLEN", call.list) or 0
  return call.state.in_flight + call.state.waiting + listed > 0
end

function forget.run(keys, args)
  local call = context.open(keys, args)
  if forget.is_used(call) then
    return 0
  end
  context.forget_all(call)
  return 1
end
