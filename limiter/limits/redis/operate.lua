-- The same for all algorithms: look, spend where it may, answer.
local wait = 0
if operation == "take" or operation == "peek" then
  wait = meter_wait(units)
end
if operation == "charge" or (operation == "take" and wait == 0) then
  meter_spend(units)
end
local left, free = meter_left(), 0
if left == 0 then
  free = wait > 0 and units == 1 and wait or meter_wait(1)
end
return { wait, left, free, meter_rest(), adapted }
