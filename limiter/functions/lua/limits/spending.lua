-- What the upstream has spent of its shared limits (memory/spending.py). Tokens are reserved as the provider reserves
-- them and corrected at the end: a refund, or a debt that refill pays off.
--
--   call.requests, call.tokens, call.day    the meters of the limits that there are
local spending = { MINUTE = 60000000, REFUND_NEVER = 0, REFUND_ALWAYS = 2 }

-- Take the meters out of rules and state. Each field is named: a name put together costs a text.
function spending.load(call)
  local rules, state = call.rules, call.state
  if not rules then
    return
  end
  if rules.requests_kind > 0 then
    call.requests = {
      kind = rules.requests_kind, base_rate = rules.requests_base_rate, unit = rules.requests_unit,
      capacity = rules.requests_capacity, window = rules.requests_window, level = state.requests_level,
      updated_at = state.requests_updated_at, rate = state.requests_rate, previous = state.requests_previous,
      key = rules.requests_kind == meters.SLIDING_LOG and call.base .. ":log:r",
    }
  end
  if rules.tokens_kind > 0 then
    call.tokens = {
      kind = rules.tokens_kind, base_rate = rules.tokens_base_rate, unit = rules.tokens_unit,
      capacity = rules.tokens_capacity, window = rules.tokens_window, level = state.tokens_level,
      updated_at = state.tokens_updated_at, rate = state.tokens_rate, previous = state.tokens_previous,
      key = rules.tokens_kind == meters.SLIDING_LOG and call.base .. ":log:t",
    }
  end
  if rules.day_kind > 0 then
    call.day = {
      kind = rules.day_kind, base_rate = rules.day_base_rate, unit = rules.day_unit,
      capacity = rules.day_capacity, window = rules.day_window, level = state.day_level,
      updated_at = state.day_updated_at, rate = state.day_rate, previous = state.day_previous,
      key = rules.day_kind == meters.SLIDING_LOG and call.base .. ":log:d",
    }
  end
end

-- Put where the meters stand back into the state, to be saved with it.
function spending.keep(call)
  local state, requests, tokens, day = call.state, call.requests, call.tokens, call.day
  if requests then
    state.requests_level, state.requests_updated_at = requests.level, requests.updated_at
    state.requests_rate, state.requests_previous = requests.rate, requests.previous
  end
  if tokens then
    state.tokens_level, state.tokens_updated_at = tokens.level, tokens.updated_at
    state.tokens_rate, state.tokens_previous = tokens.rate, tokens.previous
  end
  if day then
    state.day_level, state.day_updated_at = day.level, day.updated_at
    state.day_rate, state.day_previous = day.rate, day.previous
  end
end

-- Why no request may be sent now, and when one may; nil where one may.
function spending.short_of_requests(call)
  if call.requests then
    local wait = meters.wait(call.now, call.requests, 1)
    if wait > 0 then
      return "requests_per_minute", call.now + wait
    end
  end
end

-- The token limit that such a job waits for longest, and when it passes.
function spending.short_of_tokens(call, reservation)
  local minute = call.tokens and meters.wait(call.now, call.tokens, reservation) or 0
  local daily = call.day and meters.wait(call.now, call.day, reservation) or 0
  if daily > minute then
    return "tokens_per_day", call.now + daily
  elseif minute > 0 then
    return "tokens_per_minute", call.now + minute
  end
end

-- Input and longest answers of the calls that were sent in this minute and the one before.
function spending.roll_minute(call)
  local state, minute = call.state, math.floor(call.now / spending.MINUTE)
  if minute ~= state.minute then
    local follows = minute == state.minute + 1
    state.input_before, state.output_before = follows and state.input or 0, follows and state.output or 0
    state.minute, state.input, state.output = minute, 0, 0
  end
end

function spending.note_sent(call, input, output)
  spending.roll_minute(call)
  local state = call.state
  state.input, state.output = state.input + input, state.output + output
end

-- A call begins.
function spending.spend(call, reservation, input, output)
  if call.requests then
    meters.spend(call.now, call.requests, 1)
  end
  if call.tokens then
    meters.spend(call.now, call.tokens, reservation)
    spending.note_sent(call, input, output)
  end
  if call.day then
    meters.spend(call.now, call.day, reservation)
  end
end

-- May what a call of that age did not use be given back to a limit?
function spending.may_refund(call, meter, window, age, always)
  if not meters.refunds(meter) then
    return false
  end
  local policy = call.rules.refund
  return always or policy == spending.REFUND_ALWAYS or (policy ~= spending.REFUND_NEVER and age <= window)
end

-- What a call used beyond its reservation, or (negative) less than it.
function spending.correct(call, over, age, always)
  if over == 0 then
    return
  end
  local tokens, day, tuning = call.tokens, call.day, context.tuning(call)
  if tokens and (over > 0 or spending.may_refund(call, tokens, tuning.tokens_window, age, always)) then
    meters.spend(call.now, tokens, over)
  end
  if day and (over > 0 or spending.may_refund(call, day, tuning.day_window, age, always)) then
    meters.spend(call.now, day, over)
  end
end

-- A call was never sent.
function spending.give_back_request(call)
  if call.requests and meters.refunds(call.requests) then
    meters.spend(call.now, call.requests, -1)
  end
end
