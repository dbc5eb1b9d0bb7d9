-- The functions of the library, under names with its digest (`library`, which stands before everything else). Tests
-- put their clock and their faults before this file.
--
-- no-writes: it only reads, on a replica too. allow-oom: it may run while the server's memory is full, as it frees
-- more than it takes, or takes no more than its caller's leases and what a full server has in its list already.
local registrations = {
  { "accepted", accepted.run, {} },
  { "admit", admit.run, {} },
  { "cancel", cancel.run, { "allow-oom" } },
  { "configure", configure.run, {} },
  { "events", events.run, { "no-writes" } },
  { "expire", expire.run, { "allow-oom" } },
  { "explain", explain.run, { "no-writes" } },
  { "forget", forget.run, { "allow-oom" } },
  { "offer", offer.run, {} },
  { "policies", policies.run, {} },
  { "renew", renew.run, { "allow-oom" } },
  { "reprioritise", reprioritise.run, {} },
  { "restore", restore.run, {} },
  { "settle", settle.run, { "allow-oom" } },
  { "status", status.run, { "no-writes" } },
  { "unlisted", unlisted.run, { "no-writes" } },
  { "limit_peek", limits.peek, { "no-writes" } },
  { "limit_take", limits.take, {} },
  { "limit_charge", limits.charge, {} },
  { "limit_set_rate", limits.set_rate, {} },
  { "limit_take_in_turn", limits.take_in_turn, {} },
  { "line_give_up", lines.give_up, { "allow-oom" } },
  { "concurrency_take", concurrency.take, {} },
  { "concurrency_give_back", concurrency.give_back, { "allow-oom" } },
  { "concurrency_renew", concurrency.renew, { "allow-oom" } },
  { "concurrency_state", concurrency.state, { "no-writes" } },
  { "breaker_allow", named_breakers.allow, {} },
  { "breaker_record", named_breakers.record, {} },
  { "breaker_state", named_breakers.state, { "no-writes" } },
  { "rights", rights.missing, { "no-writes" } },
}

for i = 1, #registrations do -- ipairs is not there while the library is loaded
  local each = registrations[i]
  redis.register_function({ function_name = library .. "_" .. each[1], callback = each[2], flags = each[3] })
end
