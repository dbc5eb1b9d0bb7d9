"""The auditor: reads the rows, the events and the proxy's log, and shares no code with the product.

Its table of transitions is written from docs and the state's own words, not from the services that make
them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .load import Accepted
from .provider_log import Call

# event: the states it may come in, and the state after it
WAITS = {"waiting"}
TRANSITIONS: dict[str, tuple[set[str], str]] = {
    "created": ({"new"}, "waiting"),
    "fed": (WAITS, "waiting"),
    "moved": (WAITS, "waiting"),
    "front": (WAITS, "waiting"),
    "rides": (WAITS, "riding"),
    "leads": ({"riding", "waiting"}, "waiting"),
    "claimed": (WAITS, "running"),
    "again": ({"running"}, "waiting"),
    "reclaimed": ({"running"}, "waiting"),
    "done": ({"running", "riding"}, "done"),
    "failed": ({"running", "riding"}, "failed"),
    "cancelled": ({"waiting", "riding", "running"}, "cancelled"),
    "retried": ({"failed", "cancelled"}, "waiting"),
}
AS_ROW = {"held": "waiting"}  # a held job waits, for its events
OPEN = ("held", "waiting", "riding", "running")
UNSETTLED = (
    "SELECT count(*) FROM feedback_job"
    " WHERE settled_at IS NULL AND finished_at IS NOT NULL AND lease IS NOT NULL"
)
CHANGE_SECONDS = 3.0  # within which a changed limit has reached every call that was admitted before


@dataclass(frozen=True, slots=True)
class Limits:
    """What may run at the provider: at once, a minute, and beyond that at any moment."""

    cap: int
    rate: float
    burst: int
    caps: tuple[tuple[float, int], ...] = ()  # changes: from when, how many

    def cap_at(self, moment: float) -> int:
        """The greatest in force shortly before a moment."""
        steps = ((0.0, self.cap), *self.caps)
        found = [
            cap
            for (since, cap), until in zip(steps, [*(at for at, _ in steps[1:]), float("inf")], strict=True)
            if since <= moment and until > moment - CHANGE_SECONDS
        ]
        return max(found)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a fault explains: calls of one section beyond the first, sections that fail, documents that go."""

    extra_calls: int = 0
    may_fail: bool = False
    gone: frozenset[str] = frozenset()  # deleted by their owners
    cancelled: frozenset[str] = frozenset()


@dataclass(slots=True)
class Verdict:
    """For each promise its count, and what broke it."""

    counts: dict[str, str] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, promise: str, count: object, broken: Iterable[str] = ()) -> None:
        self.counts[promise] = str(count)
        if problems := list(broken):
            self.broken.setdefault(promise, []).extend(problems)


Rows = list[dict[str, Any]]


class Auditor:
    def __init__(self, connection: psycopg.Connection[Any], limits: Limits) -> None:
        self._connection, self._limits = connection, limits

    def audit(self, accepted: Sequence[Accepted], calls: Sequence[Call], expected: Expected) -> Verdict:
        verdict = Verdict()
        wanted = [each for each in accepted if each.document not in expected.gone]
        documents = {str(row["id"]): row for row in self._documents(wanted)}
        lost = [each.document for each in wanted if each.document not in documents]
        verdict.keep("kept", f"{len(documents)}/{len(wanted)}", (f"lost: {each}" for each in lost))
        self._ends(verdict, documents, expected)
        self._feedback(verdict, documents)
        self._attempts(verdict, documents, calls, expected)
        self._cap(verdict, calls)
        self._rate(verdict, calls)
        self._nothing_runs(verdict, calls)
        self._transitions(verdict, [each.document for each in accepted])
        return verdict

    def is_quiet(self) -> bool:
        """Nothing is open or unsettled any more."""
        return not any(
            self._one(count)
            for count in (
                "SELECT count(*) FROM feedback_job WHERE finished_at IS NULL",
                "SELECT count(*) FROM feedback_document WHERE finished_at IS NULL",
                UNSETTLED,
            )
        )

    def waiting(self) -> int:
        return int(self._one("SELECT count(*) FROM feedback_job WHERE state IN ('held', 'waiting')"))

    # Promises ------------------------------------------------------------------------------------

    def _ends(self, verdict: Verdict, documents: dict[str, dict[str, Any]], expected: Expected) -> None:
        ends = Counter(row["state"] for row in documents.values())
        broken = []
        for pk, row in documents.items():
            if row["state"] not in ("complete", "failed", "cancelled"):
                broken.append(f"{pk} is {row['state']}: {self._open_jobs(pk)}")
            elif row["state"] == "failed" and not (expected.may_fail and row["problem"]):
                broken.append(f"{pk} failed: {row['problem']!r} {self._errors(pk)}")
            elif row["state"] == "cancelled" and pk not in expected.cancelled:
                broken.append(f"{pk} is cancelled, and nobody asked for it")
        words = " ".join(f"{count} {state}" for state, count in sorted(ends.items()))
        verdict.keep("ended", words or "0", broken)

    def _feedback(self, verdict: Verdict, documents: dict[str, dict[str, Any]]) -> None:
        complete = [pk for pk, row in documents.items() if row["state"] == "complete"]
        sections = self._rows(
            "SELECT s.id, count(f.id) AS feedback, bool_or(f.provisional) AS provisional,"
            " (SELECT array_agg(j.state) FROM feedback_job j"
            " WHERE j.section_id = s.id AND j.kind = 'analyse') AS jobs"
            " FROM feedback_section s LEFT JOIN feedback_feedback f ON f.section_id = s.id"
            " WHERE s.document_id = ANY(%s::uuid[]) GROUP BY s.id",
            complete,
        )
        broken = [
            f"section {row['id']}: {row['feedback']} feedbacks, jobs {row['jobs']}, provisional"
            f" {row['provisional']}"
            for row in sections
            if ("done" in (row["jobs"] or []) and (row["feedback"] != 1 or row["provisional"]))
            or not row["jobs"]
        ]
        given = sum(row["feedback"] == 1 for row in sections)
        verdict.keep("one feedback", f"{given}/{len(sections)}", broken)

    def _attempts(
        self, verdict: Verdict, documents: dict[str, Any], calls: Sequence[Call], expected: Expected
    ) -> None:
        per_section = Counter(marker for call in calls if not call.is_summary for marker in call.markers)
        claims = self._claims(list(documents))
        broken = [
            f"{marker}: {count} calls, {1 + expected.extra_calls} are explained"
            for marker, count in per_section.items()
            if count > 1 + expected.extra_calls
        ]
        broken += [
            f"{marker}: {per_section[marker]} calls in {count} runs"
            for marker, count in claims.items()
            if per_section[marker] > count
        ]
        most = max(per_section.values(), default=0)
        verdict.keep("calls a section", f"{sum(per_section.values())}, most {most}", broken)

    def _claims(self, documents: list[str]) -> Counter[str]:
        """Runs of each section by its marker, as the events have them."""
        rows = self._rows(
            'SELECT substring(d.text from s.start + 1 for s."end" - s.start) AS text,'
            " count(*) FILTER (WHERE e.kind = 'claimed' OR e.kind = 'leads' AND e.detail ? 'lease') AS runs"
            " FROM feedback_section s JOIN feedback_document d ON d.id = s.document_id"
            " JOIN feedback_job j ON j.section_id = s.id AND j.kind = 'analyse'"
            " JOIN feedback_jobevent e ON e.job_id = j.id WHERE d.id = ANY(%s::uuid[]) GROUP BY d.id, s.id",
            documents,
        )
        from .provider_log import MARKER

        return Counter(
            {
                marker.decode(): int(row["runs"])
                for row in rows
                for marker in MARKER.findall(row["text"].encode())
            }
        )

    def _cap(self, verdict: Verdict, calls: Sequence[Call]) -> None:
        most, broken = 0, []
        for call in calls:
            running = sum(
                other.began <= call.began and (other.ended is None or other.ended > call.began)
                for other in calls
            )
            most = max(most, running)
            if running > (cap := self._limits.cap_at(call.began)):
                broken.append(f"{running} calls at once where {cap} may, at {call.began:.1f}")
        verdict.keep("in flight", f"most {most} of {self._limits.cap}", broken[:3])

    def _rate(self, verdict: Verdict, calls: Sequence[Call]) -> None:
        """In every window: rate x time + burst, and what was admitted before it and begins within it,
        which the cap bounds."""
        starts = sorted(call.began for call in calls)
        spare = self._limits.burst + self._limits.cap
        worst, broken = 0.0, []
        for first, begun in enumerate(starts):
            for last in range(first, len(starts)):
                allowed = self._limits.rate / 60 * (starts[last] - begun) + spare
                share = (last - first + 1) / allowed
                if share > worst:
                    worst = share
                    if share > 1:
                        broken.append(
                            f"{last - first + 1} calls in {starts[last] - begun:.1f} s, {allowed:.1f} may"
                        )
        verdict.keep("rate", f"{worst:.0%} of what may", broken[-1:])

    def _nothing_runs(self, verdict: Verdict, calls: Sequence[Call]) -> None:
        running = self._one("SELECT count(*) FROM feedback_job WHERE state = 'running'")
        unsettled = self._one(UNSETTLED)
        open_calls = sum(call.ended is None for call in calls)
        problems = {"running rows": running, "unsettled rows": unsettled, "open calls": open_calls}
        broken = [f"{count} {name}" for name, count in problems.items() if count]
        verdict.keep("back to 0", sum(problems.values()), broken)

    def _transitions(self, verdict: Verdict, documents: list[str]) -> None:
        events = self._rows(
            "SELECT e.job_id, e.kind, e.detail, j.state, j.attempt AS runs"
            " FROM feedback_jobevent e JOIN feedback_job j ON j.id = e.job_id"
            " WHERE j.document_id = ANY(%s::uuid[]) ORDER BY e.id",
            documents,
        )
        by_job: dict[Any, Rows] = defaultdict(list)
        for event in events:
            by_job[event["job_id"]].append(event)
        broken = [words for job, each in by_job.items() for words in _forbidden(job, each)]
        verdict.keep("transitions", len(events), broken[:5])

    # Reading -------------------------------------------------------------------------------------

    def _documents(self, accepted: Sequence[Accepted]) -> Rows:
        return self._rows(
            "SELECT id, state, problem FROM feedback_document WHERE id = ANY(%s::uuid[])",
            [each.document for each in accepted],
        )

    def _open_jobs(self, document: str) -> str:
        rows = self._rows(
            "SELECT kind, state, attempt, error FROM feedback_job WHERE document_id = %s AND state = ANY(%s)",
            document, list(OPEN),
        )  # fmt: skip
        return ", ".join(
            f"{row['kind']} {row['state']} {row['attempt']} {row['error'][:120]}" for row in rows
        )

    def _errors(self, document: str) -> str:
        rows = self._rows(
            "SELECT kind, error FROM feedback_job WHERE document_id = %s AND state = 'failed'", document
        )
        return "; ".join(f"{row['kind']}: {row['error'][:160]}" for row in rows[:3])

    def _one(self, query: str, *values: object) -> Any:
        found = self._connection.execute(query.encode(), values).fetchone()
        return found[0] if found else None

    def _rows(self, query: str, *values: object) -> Rows:
        cursor = self._connection.execute(query.encode(), values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _forbidden(job: Any, events: Rows) -> Iterable[str]:
    """What in a job's events the machine forbids, and what its row says otherwise."""
    state, runs = "new", 0
    for event in events:
        kind, detail = event["kind"], event["detail"] or {}
        before, after = TRANSITIONS[kind]
        without_run = kind == "done" and "shared" in detail and state == "waiting"
        if state not in before and not without_run:
            yield f"{job}: {kind} while {state} ({' '.join(each['kind'] for each in events)})"
        state = "running" if kind == "leads" and "lease" in detail else after
        runs += kind == "claimed" or (kind == "leads" and "lease" in detail)
    row = AS_ROW.get(events[-1]["state"], events[-1]["state"])
    if row != state and not (row == "riding" and state == "waiting"):
        yield f"{job}: the row is {row}, its events say {state}"
    if events[-1]["runs"] != runs:
        yield f"{job}: attempt {events[-1]['runs']}, and {runs} events of a run"


def restart_seconds(calls: Sequence[Call], end: float) -> float | None:
    """From the end of the fault to the next start of a call; None: there was none."""
    starts = [call.began - end for call in calls if call.began >= end]
    return min(starts, default=None)
