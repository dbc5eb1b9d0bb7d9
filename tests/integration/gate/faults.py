"""Mistakes that are put into the library one at a time, each as a function that replaces one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True)
class Fault:
    name: str
    machine: str  # the state machine that notices it soonest
    text: str

    def __str__(self) -> str:
        return self.name


def wrapped(function: str, parameters: str, body: str) -> str:
    """A replaced function of the library; its body calls the real one as `whole`."""
    return f"do\n  local whole = {function}\n  function {function}({parameters})\n{body}\n  end\nend\n"


def fault(machine: str, name: str, *replaced: str) -> Fault:
    return Fault(name, machine, "\n".join(map(dedent, replaced)))


LIMITS = [
    fault(
        "limits", "a bucket fills too fast",
        wrapped("meters.level", "now, meter", """
            local level = whole(now, meter)
            return level < meter.capacity and now > meter.updated_at and level * 1.01 or level"""),
    ),
    fault(
        "limits", "a wait is a microsecond too short",
        wrapped("meters.wait", "now, meter, units", """
            local wait = whole(now, meter, units)
            return meters.is_bucket(meter) and wait > 0 and wait - 1 or wait"""),
    ),
    fault(
        "limits", "a bucket is never spent from",
        wrapped("meters.spend", "now, meter, units", """
            return whole(now, meter, meters.is_bucket(meter) and 0 or units)"""),
    ),
    fault(
        "limits", "a fixed window lets one more through",
        wrapped("meters.wait", "now, meter, units", """
            if meter.kind == meters.FIXED_WINDOW then
              return meters.used(now, meter) + math.min(units, meter.capacity) <= meter.capacity + 1 and 0
                or whole(now, meter, units)
            end
            return whole(now, meter, units)"""),
    ),
    fault(
        "limits", "a sliding counter forgets the window before",
        wrapped("sliding_counters.at", "now, meter", """
            local start, current, previous, passed = whole(now, meter)
            return start, current, meter.updated_at == start and previous or 0, passed"""),
    ),
    fault(
        "limits", "an entry of the log that is just enough is not",
        wrapped("sliding_logs.entry_with", "meter, oldest, enough", """
            if oldest.after == enough and redis.call("ZCARD", meter.key) > 1 then
              local rank = redis.call("ZRANK", meter.key, oldest.member)
              return sliding_logs.entry_at(meter, rank + 1) or oldest
            end
            return whole(meter, oldest, enough)"""),
    ),
    fault(
        "limits", "a level is not put into the parts of another rule",
        "function meter_changes.in_parts(value) return value end",
    ),
    fault(
        "limits", "another algorithm gives what was spent back",
        """
        function meter_changes.carry_left(_, old, _, key)
          if old.kind == meters.SLIDING_LOG then
            redis.call("DEL", key)
          end
        end
        """,
    ),
    fault(
        "limits", "the day's limit is named wherever it is short",
        wrapped("spending.short_of_tokens", "call, reservation", """
            local daily = call.day and meters.wait(call.now, call.day, reservation) or 0
            if daily > 0 then
              return "tokens_per_day", call.now + daily
            end
            return whole(call, reservation)"""),
    ),
    fault(
        "everything", "what was sent forgets the answers",
        wrapped("spending.note_sent", "call, input", "return whole(call, input, 0)"),
    ),
    fault(
        "limits", "only what has left the window is refunded",
        """
        function spending.may_refund(call, meter, window, age, always)
          local policy = call.rules.refund
          return meters.refunds(meter) and (always or policy == spending.REFUND_ALWAYS
            or (policy ~= spending.REFUND_NEVER and age >= window))
        end
        """,
    ),
    fault(
        "limits", "a minute's tokens know no debt",
        wrapped("spending.correct", "call, over, age, always", """
            local tokens = call.tokens
            call.tokens = over < 0 and tokens or nil
            whole(call, over, age, always)
            call.tokens = tokens"""),
    ),
    fault(
        "everything", "a job is refused by what it would hold at another multiplier",
        wrapped("offer.never_fits", "call, job", """
            local rules = call.rules
            call.rules = nil
            local never = whole(call, job)
            call.rules = rules
            return never"""),
    ),
    fault(
        "limits", "a flow's two meters are written in the other order",
        """
        function records.pack_limits(flow)
          return layouts.pack_meter(flow.tokens) .. layouts.pack_meter(flow.requests)
        end
        """,
    ),
    fault(
        "limits", "a new policy forgets what the flow has spent today",
        wrapped("records.obey", "call, flow, policy", """
            flow.tokens = nil
            return whole(call, flow, policy)"""),
    ),
]  # fmt: skip

RATES = [
    fault("everything", "a lowered rate is of the same generation", "function rates.next_generation() end"),
    fault(
        "everything", "a rate falls further below what is borne",
        wrapped("rates.lower", "call, which, rate, cost", """
            return whole(call, which, rate, cost) * 0.98"""),
    ),
    fault(
        "everything", "a rate climbs more slowly than it may",
        wrapped("rates.raise_cubic", "call, which, rate, units", """
            return whole(call, which, rate, units) * 0.99"""),
    ),
    fault(
        "everything", "a rate at its ceiling goes on rising",
        wrapped("context.tuning", "call", """
            local tuning = whole(call)
            if not tuning.is_lifted then
              tuning.is_lifted = true
              tuning.requests_ceiling = (tuning.requests_ceiling or 0) * 2
              tuning.tokens_ceiling = (tuning.tokens_ceiling or 0) * 2
            end
            return tuning"""),
    ),
    fault(
        "everything", "a rate rises that holds nothing back",
        """
        function rates.counts(call, which, generation)
          return generation == call.state[which .. "_generation"]
        end
        """,
    ),
]  # fmt: skip

BREAKERS = [
    fault(
        "breaker", "a breaker stays open five seconds longer",
        wrapped("breakers.advance", "call", """
            if call.now > call.state.retry_at + 5000000 then
              whole(call)
            end"""),
    ),
    fault(
        "breaker", "one probe too many is let out",
        wrapped("breakers.refusal", "call", """
            local reason, at = whole(call)
            if reason == "breaker_probing" and call.state.probes == context.tuning(call).probes then
              return nil
            end
            return reason, at"""),
    ),
    fault(
        "breaker", "a success does not end a row of failures",
        wrapped("breakers.count_in_a_row", "call, failed", """
            if failed then
              whole(call, failed)
            end"""),
    ),
    fault(
        "breaker", "the open time does not grow",
        wrapped("breakers.open_time", "tuning, _, retry_after, random", """
            return whole(tuning, 0, retry_after, random)"""),
    ),
    fault(
        "breaker", "the open time ignores the provider",
        wrapped("breakers.open_time", "tuning, opens, _, random", "return whole(tuning, opens, 0, random)"),
    ),
    fault(
        "breaker", "a transition is of the same generation",
        wrapped("breakers.move", "call, to, why", """
            local generation = call.state.generation
            whole(call, to, why)
            call.state.generation = generation"""),
    ),
    fault(
        "breaker", "a failed call never leaves the window",
        wrapped("breakers.drop_oldest", "call", """
            local failed = context.statistics(call).failed
            whole(call)
            context.statistics(call).failed = failed"""),
    ),
    fault(
        "breaker", "a slow call never leaves the window",
        wrapped("breakers.drop_oldest", "call", """
            local slow = context.statistics(call).slow
            whole(call)
            context.statistics(call).slow = slow"""),
    ),
    fault(
        "breaker", "a window of calls is one too short",
        wrapped("breakers.is_outdated", "call", """
            local tuning = context.tuning(call)
            if tuning.timed == 0 then
              return context.statistics(call).calls >= tuning.window
            end
            return whole(call)"""),
    ),
    fault(
        "everything", "an outcome of an older generation moves the breaker",
        wrapped("settle.feeds_breaker", "call, run", """
            local generation = run.lease.generation
            run.lease.generation = call.state.generation
            local feeds = whole(call, run)
            run.lease.generation = generation
            return feeds"""),
    ),
    fault("everything", "a probe never comes back", "function leases.give_probe_back() end"),
    fault("everything", "a flow that may not run is probed", "function queue.may_probe() return true end"),
]  # fmt: skip

WORK = [
    fault(
        "everything", "a request comes back for what was sent",
        wrapped("settle.was_never_sent", "run", "return not whole(run)"),
    ),
    fault(
        "everything", "an answer's tokens count once",
        wrapped("settle.charged", "call, run", """
            if run.not_taken or run.input < 0 then
              return whole(call, run)
            end
            return run.input + run.cache_writes + run.output"""),
    ),
    fault(
        "everything", "only the first run of a batch has followers",
        wrapped("settle.described", "args, at", """
            local run, behind = whole(args, at)
            if at > context.FIRST then
              run.followers = {}
            end
            return run, behind"""),
    ),
    fault("everything", "a call that ended keeps its slot", "function flow_limits.give_slot_back() end"),
    fault("everything", "followers bear nothing", "function leases.part(used) return used end"),
    fault(
        "everything", "one that begins to wait owes what others gave back",
        "function fair_order.level(service) return service end",
    ),
    fault(
        "everything", "a flow has one slot too many",
        """
        function flow_limits.has_room(call, flow)
          return flow.in_flight <= flow_limits.cap(call, flow)
        end
        """,
    ),
    fault(
        "everything", "a flow is charged by its group's weight",
        wrapped("fair_order.charge", "call, flow, group, flow_queue, _, group_by", """
            return whole(call, flow, group, flow_queue, group_by, group_by)"""),
    ),
    fault(
        "everything", "a flow is unblocked a microsecond late",
        wrapped("fair_order.unblock_due", "call", """
            call.now = call.now - 1
            local any = whole(call)
            call.now = call.now + 1
            return any"""),
    ),
    fault(
        "everything", "time among groups stands still",
        wrapped("fair_order.pass", "call, group, flow_queue", """
            local virtual = call.state.virtual
            whole(call, group, flow_queue)
            call.state.virtual = virtual"""),
    ),
    fault("everything", "a reinstalled lease ends twice", "function leases.is_remembered() return false end"),
    fault(
        "everything", "the same version is published again",
        """
        function configure.is_newer(call, wanted)
          return not call.rules or wanted.rules.version >= call.rules.version
        end
        """,
    ),
    fault(
        "everything", "a lease ends a second late",
        """
        function expire.due(call, most)
          return leases.running(call, call.now - 1000000, "WITHSCORES", "LIMIT", 0, most)
        end
        """,
    ),
]  # fmt: skip

QUEUES = [
    fault(
        "flow queue", "documents hardly age",
        """
        function flow_queues.score(priority, oldest, size)
          return -priority * flow_queues.CLASS + oldest + size
        end
        """,
        """
        function flow_queues.moved(score, oldest_before, oldest)
          return score + oldest - oldest_before - 1
        end
        """,
    ),
    fault(
        "flow queue", "the lowest priority goes first",
        wrapped("flow_queues.score", "priority, oldest, size", "return whole(-priority, oldest, size)"),
    ),
    fault(
        "flow queue", "what runs does not bring its document forward",
        """
        function flow_queues.moved(score, oldest_before, oldest)
          return score + oldest - oldest_before
        end
        """,
    ),
    fault(
        "flow queue", "a document's next job counts as old as its first",
        """
        function flow_queues.moved(score)
          return score - flow_queues.AGEING
        end
        """,
    ),
    fault(
        "flow queue", "a job put before others does not make its document older",
        wrapped("flow_queues.place", "call, name, batch, priority", """
            local before = redis.call("ZSCORE", flow_queues.key(call, name), batch)
            whole(call, name, batch, priority)
            if before and redis.call("ZSCORE", flow_queues.key(call, name), batch) < before then
              redis.call("ZADD", flow_queues.key(call, name), before, batch)
            end"""),
    ),
    fault(
        "flow queue", "a job that is cancelled does not bring its document forward",
        wrapped("flow_queues.remove", "call, queue, job", """
            local name, batch = flow_queues.names_of(job)
            local before = redis.call("ZSCORE", flow_queues.key(call, name), batch)
            whole(call, queue, job)
            redis.call("ZADD", flow_queues.key(call, name), "XX", before, batch)"""),
    ),
    fault(
        "flow queue", "jobs before one in its document are not counted",
        """
        function flow_queues.ahead(call, job)
          local name, batch = flow_queues.names_of(job)
          return redis.call("ZRANK", flow_queues.key(call, name), batch)
        end
        """,
    ),
]  # fmt: skip

FAULTS = [*LIMITS, *RATES, *BREAKERS, *WORK, *QUEUES]
