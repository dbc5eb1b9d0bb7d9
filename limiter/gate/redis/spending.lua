-- What the upstream has spent of its shared limits (memory/spending.py). Tokens are held as the provider holds
-- them and corrected at the end: a refund, or a debt that refill pays off.
-- include "state"
-- include "meter"
local requests, tokens, day -- the limits that there are

local function load_spending()
  if rules.r_kind > 0 then
    requests = meter_record({
      kind = rules.r_kind, x = rules.r_x, y = rules.r_y, z = rules.r_z,
      a = state.r_a, b = state.r_b, c = state.r_c, key = rules.r_kind == 6 and base .. ":log:r",
    })
  end
  if rules.t_kind > 0 then
    tokens = meter_record({
      kind = rules.t_kind, x = rules.t_x, y = rules.t_y, z = rules.t_z,
      a = state.t_a, b = state.t_b, c = state.t_c, key = rules.t_kind == 6 and base .. ":log:t",
    })
  end
  if rules.d_kind > 0 then
    day = meter_record({
      kind = rules.d_kind, x = rules.d_x, y = rules.d_y, z = rules.d_z,
      a = state.d_a, b = state.d_b, c = state.d_c, key = rules.d_kind == 6 and base .. ":log:d",
    })
  end
end

local function save_spending()
  if requests then
    state.r_a, state.r_b, state.r_c = requests.a, requests.b, requests.c
  end
  if tokens then
    state.t_a, state.t_b, state.t_c = tokens.a, tokens.b, tokens.c
  end
  if day then
    state.d_a, state.d_b, state.d_c = day.a, day.b, day.c
  end
end

local function short_of_requests()
  if requests then
    local wait = meter_wait(requests, 1)
    if wait > 0 then
      return "requests_per_minute", now + wait
    end
  end
end

-- The token limit that a job waits for longest.
local function short_of_tokens(hold)
  local minute, daily = 0, 0
  if tokens then
    minute = meter_wait(tokens, hold)
  end
  if day then
    daily = meter_wait(day, hold)
  end
  if daily > minute then
    return "tokens_per_day", now + daily
  elseif minute > 0 then
    return "tokens_per_minute", now + minute
  end
end

-- Input and longest answers of the calls that were sent in this minute and the one before.
local function roll_minute()
  local minute = math.floor(now / 60000000)
  if minute ~= state.minute then
    local follows = minute == state.minute + 1
    state.input_before, state.output_before = follows and state.input or 0, follows and state.output or 0
    state.minute, state.input, state.output = minute, 0, 0
  end
end

local function spend(hold, input, output)
  if requests then
    meter_spend(requests, 1)
  end
  if tokens then
    meter_spend(tokens, hold)
    roll_minute()
    state.input, state.output = state.input + input, state.output + output
  end
  if day then
    meter_spend(day, hold)
  end
end

if rules then
  load_spending()
end
