-- The same for all algorithms: look, spend where it may, answer.
local wait = 0
if operation == "take" or operation == "peek" then
  wait = meter_wait(units)
end
if operation == "charge" or (operation == "take" and wait == 0) then
  meter_spend(units)
end
return { wait, meter_left(), meter_wait(1), meter_rest(), adapted }
