from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from limiter.gate.model import Outcome
from limiter.models.ids import UUIDv7Field


class Job(models.Model):
    """One stage's work on one target. The row is the truth; its RQ job has the same id.

    held → waiting → running → done | failed, back to waiting for another attempt, and to
    cancelled from any state that has not ended. Only feedback.services.jobs changes a state.
    """

    class Kind(models.TextChoices):
        PARSE = "parse", "Read the file"
        SPLIT = "split", "Split into sections"
        ANALYSE = "analyse", "Analyse a section"
        SUMMARISE = "summarise", "Write the summary"

    class State(models.TextChoices):
        HELD = "held", "Held"  # accepted, not yet in line: the line is full
        WAITING = "waiting", "Waiting"  # in line
        RUNNING = "running", "Running"  # under a lease
        DONE = "done", "Done"
        FAILED = "failed", "Failed"  # no further attempt by itself
        CANCELLED = "cancelled", "Cancelled"

    OPEN = (State.HELD, State.WAITING, State.RUNNING)
    ENDED = (State.DONE, State.FAILED, State.CANCELLED)

    id = UUIDv7Field()
    kind = models.CharField(max_length=10, choices=Kind)
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
    problem = models.TextField(blank=True, help_text="What went wrong, in words for the student.")
    error = models.TextField(blank=True, help_text="The raw error, for operators.")

    created_at = models.DateTimeField(auto_now_add=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "target", "generation"], name="job_once_a_generation"),
            models.CheckConstraint(
                condition=(Q(kind="analyse") & Q(section__isnull=False))
                | (~Q(kind="analyse") & Q(section__isnull=True)),
                name="job_section_only_when_analysing",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease__isnull=False, started_at__isnull=False),
                name="job_runs_under_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "waiting"]) | Q(lease__isnull=True),
                name="job_waits_without_lease",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=["done", "failed", "cancelled"])
                | Q(finished_at__isnull=True, state__in=["held", "waiting", "running"]),
                name="job_finished_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(finished_at__isnull=False),
                name="job_settled_after_it_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(problem=""), name="job_failure_has_words"
            ),
        ]
        indexes: ClassVar = [
            # reconcile and the ledger: what should be in line.
            models.Index(fields=["upstream", "id"], condition=Q(state="waiting"), name="job_waiting"),
            # reconcile: runs whose lease may be gone.
            models.Index(fields=["started_at"], condition=Q(state="running"), name="job_running"),
            # The ledger and reconcile: ended but not settled.
            models.Index(
                fields=["lease"],
                condition=Q(settled_at__isnull=True, lease__isnull=False, finished_at__isnull=False),
                name="job_unsettled",
            ),
            # feeding the line flow by flow.
            models.Index(fields=["upstream", "flow", "id"], condition=Q(state="held"), name="job_held"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED


class JobEvent(models.Model):
    """What happened to a job, append-only (a trigger refuses changes)."""

    class Kind(models.TextChoices):
        CREATED = "created", "Created"
        CLAIMED = "claimed", "Started"
        AGAIN = "again", "Back in line"  # another attempt follows
        RECLAIMED = "reclaimed", "Recovered"  # its lease ended without a word
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        RETRIED = "retried", "Retried"  # a person asked for it

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=10, choices=Kind)
    attempt = models.PositiveSmallIntegerField(default=0)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%H:%M:%S}"
