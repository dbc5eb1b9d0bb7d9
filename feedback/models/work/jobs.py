from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from feedback.models.messages import MessageField, is_message
from feedback.models.upstreams.prices import money
from limiter.gate.model import Outcome
from limiter.models.ids import UUIDv7Field

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable


def charged_tokens(path: str = "") -> Combinable:
    """What a call took of a quota, from the rows of jobs or from rows that lead to one by `path`.

    As providers count it: what was read from a cache is given back, what was written to one is not.
    """
    return F(f"{path}input_tokens") + F(f"{path}output_tokens") + F(f"{path}cache_write_tokens")


class Job(models.Model):
    """One stage's work on one target. The row is the truth; its RQ job has the same id.

    held → waiting → running → done | failed, back to waiting for another attempt, and to
    cancelled from any state that has not ended. Work that is under way for somebody else already
    rides on that job: riding → done, or → waiting where its leader ends without result. Only
    job_runs, jobs, followers, coalescing and feeding of feedback.services.work change a state.
    """

    class Kind(models.TextChoices):
        PARSE = "parse", "Read the file"
        SPLIT = "split", "Split into sections"
        ANALYSE = "analyse", "Analyse a section"
        SUMMARISE = "summarise", "Write the summary"
        PROVISIONAL = "provisional", "Bridge an outage"
        DELIVER = "deliver", "Tell that it is done"

    ASIDE = (Kind.PROVISIONAL, Kind.DELIVER)  # beside a document's road: nothing waits for them

    class State(models.TextChoices):
        HELD = "held", "Held"  # accepted, not yet in line: the queue is full
        WAITING = "waiting", "Waiting"  # in line
        RIDING = (
            "riding",
            "Riding",
        )  # a follower: it gets the result of another job, its leader
        RUNNING = "running", "Running"  # under a lease
        DONE = "done", "Done"
        FAILED = "failed", "Failed"  # no further attempt by itself
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (State.HELD, State.WAITING, State.RIDING, State.RUNNING)
    LEADING = (State.HELD, State.WAITING, State.RUNNING)  # others may ride on it
    ENDED = (State.DONE, State.FAILED, State.CANCELLED)

    class Shared(models.TextChoices):
        """The way in which a job got a result without a call of its own."""

        RODE = "rode", "Rode on the same work"
        REUSED = "reused", "Got a stored result"
        KEPT = "kept", "Kept from the draft before"

    id = UUIDv7Field()
    kind = models.CharField(max_length=12, choices=Kind)
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="jobs")
    section = models.ForeignKey(
        "Section", null=True, blank=True, on_delete=models.CASCADE, related_name="jobs"
    )
    target = models.UUIDField(help_text="The section's id, or the document's.")
    generation = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)

    # Where it waits and as whom.
    queue = models.CharField(max_length=64)
    upstream = models.CharField(max_length=64, blank=True, help_text="Empty: the queue is not limited.")
    flow = models.CharField(max_length=64)
    group = models.CharField(max_length=64, blank=True)
    priority = models.SmallIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0, help_text="What the provider will hold for the call.")

    trace = models.CharField(max_length=55, blank=True, help_text="The document's traceparent.")

    # The call as it is asked for.
    model = models.CharField(max_length=128, blank=True)
    max_tokens = models.PositiveIntegerField(default=0, help_text="The longest answer; part of the tokens.")
    output_class = models.CharField(max_length=40, blank=True, help_text="What its answer's length goes by.")
    tier = models.CharField(
        max_length=16, blank=True, help_text="Service tier that its work asks for. Empty: the upstream's own."
    )

    # Which other job does the same work.
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of its request; empty: never shared."
    )
    scope = models.CharField(max_length=120, blank=True, help_text="Within which equal requests are one.")
    leader = models.ForeignKey(
        # No constraint: a leader's document may be deleted under its followers, which then take over.
        "self", null=True, blank=True, on_delete=models.DO_NOTHING, db_constraint=False,
        related_name="riders", help_text="Riding: whose result it gets. Running: whose run it took over.",
    )  # fmt: skip
    shared = models.CharField(max_length=6, blank=True, choices=Shared)
    saved_tokens = models.PositiveIntegerField(default=0, help_text="What a call of its own would have used.")
    shares = models.JSONField(
        default=list, blank=True, help_text="[flow, group] of each job that bears a part of its charge."
    )

    # The run it is in, or the last one.
    lease = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - null means: no lease
    lease_generation = models.BigIntegerField(default=0, help_text="Of the breaker, at admission.")
    attempt = models.PositiveSmallIntegerField(default=0, help_text="Runs started so far.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Runs that count against the job.")

    # How it ended.
    outcome = models.CharField(max_length=10, blank=True, choices=[(o.value, o.value) for o in Outcome])
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    cache_write_1h_tokens = models.PositiveIntegerField(
        default=0, help_text="Of those written to the cache, what stays there for an hour."
    )
    served_tier = models.CharField(
        max_length=16,
        blank=True,
        help_text="Service tier that served the call. Empty: the provider named none.",
    )
    measured = models.BooleanField(
        default=True, help_text="False: the call was taken and came without figures; these are an estimate."
    )
    cost = models.DecimalField(
        **money, null=True, blank=True, help_text="Of all its runs. Empty: no price is known."
    )
    price = models.ForeignKey("Price", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    problem = MessageField(db_column="problem_message", help_text="What went wrong, for the student.")
    error = MessageField(db_column="error_message", help_text="The error of its last run, for operators.")
    # Sentences of the release before, whose processes may still run. The next release takes them away.
    problem_text = models.TextField(db_column="problem", blank=True, editable=False)
    error_text = models.TextField(db_column="error", blank=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="Waiting: the moment from which another attempt is due."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "target", "generation"], name="job_once_a_generation"),
            models.CheckConstraint(
                condition=Q(kind__in=["analyse", "provisional"], section__isnull=False)
                | ~Q(kind__in=["analyse", "provisional"]) & Q(section__isnull=True),
                name="job_section_where_it_is_about_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease__isnull=False, started_at__isnull=False),
                name="job_runs_under_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "waiting", "riding"]) | Q(lease__isnull=True),
                name="job_waits_without_lease",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=["done", "failed", "cancelled"])
                | Q(finished_at__isnull=True, state__in=["held", "waiting", "riding", "running"]),
                name="job_finished_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="riding") | (Q(leader__isnull=False) & ~Q(fingerprint="")),
                name="job_rides_on_a_leader",
            ),
            models.CheckConstraint(
                condition=Q(leader__isnull=True) | Q(state__in=["riding", "running"]),
                name="job_leader_only_on_the_way",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint="") | ~Q(scope=""), name="job_is_shared_within_a_scope"
            ),
            # One leader for the same work, however many ask at the same moment.
            models.UniqueConstraint(
                fields=["scope", "fingerprint"],
                condition=~Q(fingerprint="") & Q(state__in=["held", "waiting", "running"]),
                name="job_one_leader",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(finished_at__isnull=False),
                name="job_settled_after_it_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(problem__isnull=False) | ~Q(problem_text=""),
                name="job_failure_has_a_problem",
            ),
            is_message("problem", name="job_problem_is_a_message"),
            is_message("error", name="job_error_is_a_message"),
            models.CheckConstraint(
                condition=Q(cache_write_1h_tokens__lte=F("cache_write_tokens")),
                name="job_cached_for_an_hour_is_cached",
            ),
        ]
        indexes: ClassVar = [
            # reconcile and the ledger: what should be in line.
            models.Index(fields=["upstream", "id"], condition=Q(state="waiting"), name="job_waiting"),
            # reconcile: runs that may have lost their lease.
            models.Index(fields=["started_at"], condition=Q(state="running"), name="job_running"),
            # The ledger and reconcile: ended but not settled.
            models.Index(
                fields=["lease"],
                condition=Q(settled_at__isnull=True, lease__isnull=False, finished_at__isnull=False),
                name="job_unsettled",
            ),
            # followers: those of a job; reconcile: those without their leader.
            models.Index(fields=["leader", "id"], condition=Q(state="riding"), name="job_riding"),
            # coalescing: the newest result of the same work.
            models.Index(
                fields=["scope", "fingerprint", "-finished_at"],
                condition=Q(state="done") & ~Q(fingerprint=""),
                name="job_results",
            ),
            # tuning: how long the answers of a class were.
            models.Index(
                fields=["model", "output_class", "-finished_at"],
                condition=Q(state="done", outcome="success") & ~Q(output_class=""),
                name="job_answers",
            ),
            # sharing: calls that were saved, by day.
            models.Index(fields=["finished_at"], condition=~Q(shared=""), name="job_shared"),
            # feeding the queue flow by flow.
            models.Index(
                fields=["upstream", "flow", "-priority", "id"],
                condition=Q(state="held"),
                name="job_held_next",
            ),
            # feeding, admission and riding: how many of a flow, or of a course, wait.
            models.Index(
                fields=["flow", "upstream", "state"],
                condition=Q(state__in=["held", "waiting"]),
                name="job_waits_by_flow",
            ),
            models.Index(
                fields=["group"],
                condition=Q(state__in=["held", "waiting"]) & ~Q(upstream=""),
                name="job_waits_by_group",
            ),
            # admission: how fast an upstream drains. Recorded traffic: what ended lately.
            models.Index(
                fields=["upstream", "finished_at"],
                condition=Q(finished_at__isnull=False) & ~Q(upstream=""),
                name="job_ended_lately",
            ),
            # The admin's list, newest first: by state (most are done: the key serves those), by outcome, by
            # the kinds that are few, by upstream. The dashboard: how much is open, and since when.
            models.Index(fields=["state", "-id"], condition=~Q(state="done"), name="job_by_state"),
            models.Index(
                fields=["outcome", "-id"], condition=~Q(outcome__in=["", "success"]), name="job_by_outcome"
            ),
            models.Index(
                fields=["kind", "-id"], condition=Q(kind__in=["provisional", "deliver"]), name="job_aside"
            ),
            models.Index(fields=["upstream", "-id"], condition=~Q(upstream=""), name="job_by_upstream"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED


class JobEvent(models.Model):
    """An event of a job, append-only (a trigger refuses changes)."""

    class Kind(models.TextChoices):
        CREATED = "created", "Created"
        FED = "fed", "In line"  # it was held
        MOVED = "moved", "Moved"  # to another upstream of its pool
        FRONT = "front", "Moved to the front"  # of its flow: an operator asked for it
        CLAIMED = "claimed", "Started"
        AGAIN = "again", "Back in line"  # another attempt follows
        RIDES = "rides", "Rides on the same work"
        LEADS = "leads", "Takes over"  # its leader ended without result, or it has the better place
        RECLAIMED = "reclaimed", "Recovered"  # its lease ended without a word
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        RETRIED = "retried", "Retried"  # a person asked for it

    ENDS = (Kind.AGAIN, Kind.DONE, Kind.FAILED)  # of a run, whatever becomes of its job

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=10, choices=Kind)
    attempt = models.PositiveSmallIntegerField(default=0)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            # alerts.signals: how the runs of the last minutes ended.
            models.Index(
                fields=["at"], condition=Q(kind__in=["again", "done", "failed"]), name="job_event_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%H:%M:%S}"
