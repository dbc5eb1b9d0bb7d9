"""Equal work runs once: it rides on the job that does it, or gets the result that is there already.

Equal means the same request to the letter (feedback.dispatch.fingerprint) within the same scope
(flows.scope_of). Results are copied, and a copy names no person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from feedback.dispatch import job_queue
from feedback.dispatch.routes import Ask
from feedback.models import Edit, Feedback, Job, JobEvent
from feedback.providers.base import Comment as Remark
from feedback.providers.base import CommentKind, CriterionLevel, FeedbackOutput, Finished, TokenUsage
from feedback.services.work import feeding, followers, job_creation
from feedback.services.work.events import note
from feedback.services.work.feedback import record_feedback
from feedback.services.work.job_creation import Work
from limiter.base.prepared import Given, Prepared
from limiter.gate.model import Outcome

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Job.State
TRIES = 5  # each lost to another process that did the same at this very moment


@transaction.atomic
def start(work: Work) -> Job | None:
    """A job for this work: it leads, rides, or is done at once. None: the work has a job already."""
    for _ in range(TRIES):
        job = _placed(work)
        if job is not None or work.has_job():
            return job
    raise RuntimeError(f"Work on document {work.document.pk} found neither a leader nor room to lead.")


def _placed(work: Work) -> Job | None:
    """None: somebody was there first."""
    ask = work.ask
    leader = followers.leader_of(ask.scope, ask.fingerprint)
    if leader is not None:
        return _ride(leader, work)
    given = stored(ask)
    try:
        with transaction.atomic():
            return _reuse(given, work) if given is not None else job_creation.create(work)
    except IntegrityError:
        return None


# Riding ---------------------------------------------------------------------------------------


def _ride(leader: Job, work: Work) -> Job | None:
    """Join the leader; lead in its place where this one's turn comes first."""
    follower = job_creation.unsaved(work, state=State.RIDING, leader=leader, waiting_since=Now())
    try:
        with transaction.atomic():
            if _comes_first(follower, leader) and followers.step_back(leader, follower):
                follower.state, follower.leader = State.WAITING, None
            follower.save(force_insert=True)
    except IntegrityError:
        return None
    note(follower, JobEvent.Kind.CREATED)
    if follower.leader is None:
        transaction.on_commit(lambda: job_queue.enqueue_or_leave(follower))
    else:
        note(follower, JobEvent.Kind.RIDES)
        followers.raise_priority(leader, follower.priority)
    return follower


def _comes_first(follower: Job, leader: Job) -> bool:
    """Whether the follower's turn is earlier: flows take turns, so that of the one with less before it.

    Weights and the flows' standing in the gate are left out: a wrong guess costs a few turns.
    """
    if leader.state == State.RUNNING or leader.flow == follower.flow:
        return False
    if feeding.first_state(upstream=follower.upstream, flow=follower.flow) == State.HELD:
        return False
    before = followers.own_ahead(leader.flow, leader.upstream, leader.pk)
    return before > 0 and followers.own_ahead(follower.flow, follower.upstream) < before


SHARES = Prepared(
    lambda: (
        Job.objects.filter(leader=Given("leader"), state=State.RIDING)
        .order_by("pk")
        .values_list("flow", "group")
    )
)


def share_charge(leader: Job) -> list[tuple[str, str]]:
    """The flows and groups that bear a part of this call's charge, kept on its row: its followers of now."""
    shares = SHARES.all(leader=leader.pk)
    if shares:
        Job.objects.filter(pk=leader.pk).update(shares=[list(share) for share in shares])
    return shares


# Results --------------------------------------------------------------------------------------


def stored(ask: Ask) -> Feedback | None:
    """The newest result of the same work that may be given again."""
    since = Now() - timedelta(hours=settings.COALESCE_REUSE_HOURS)
    if not ask.fingerprint or not settings.COALESCE_REUSE_HOURS:
        return None
    return (
        answers(ask.scope, ask.fingerprint)
        .filter(job__finished_at__gte=since)
        .order_by("-job__finished_at")
        .first()
    )


def answers(scope: str, fingerprint: str) -> QuerySet[Feedback]:
    """Feedback on exactly this request, as a provider wrote it: none that is provisional or edited since."""
    finished = {"job__state": State.DONE, "job__outcome": Outcome.SUCCESS, "provisional": False}
    same = Feedback.objects.filter(job__scope=scope, job__fingerprint=fingerprint, fingerprint=fingerprint)
    edited = Edit.objects.filter(document=OuterRef("document"), section=OuterRef("section"))
    edited_whole = Edit.objects.filter(document=OuterRef("document"), section=None)
    is_edited = Exists(edited) | (Q(section__isnull=True) & Exists(edited_whole))
    return same.filter(**finished).exclude(is_edited).select_related("job").prefetch_related("comments")


def _reuse(given: Feedback, work: Work) -> Job:
    job = job_creation.create_done(
        work, shared=Job.Shared.REUSED, outcome=Outcome.SUCCESS, saved_tokens=spared(given)
    )
    copy_answer(given, job)
    return job


def spared(given: Feedback) -> int:
    """The tokens that the call behind a result has used."""
    job = given.job
    if job is None:
        return 0
    own = job.input_tokens + job.output_tokens + job.cache_read_tokens + job.cache_write_tokens
    return own or job.saved_tokens


def copy_answer(given: Feedback, job: Job) -> Feedback:
    """The same answer for another's equal text: anchored anew, and with nothing of its first owner."""
    return record_feedback(job, answer_of(given), fingerprint=given.fingerprint)


def answer_of(given: Feedback) -> Finished:
    """A stored result as its provider gave it."""
    output = FeedbackOutput.model_construct(
        summary=given.summary,
        strengths=given.strengths,
        next_steps=given.next_steps,
        comments=[
            Remark.model_construct(
                kind=CommentKind(each.kind), quote=each.quote, message=each.message,
                suggestion=each.suggestion, criterion=each.criterion,
            )
            for each in sorted(given.comments.all(), key=lambda comment: comment.position)
        ],
        levels=[CriterionLevel.model_validate(level) for level in given.levels],
    )  # fmt: skip
    return Finished(output, TokenUsage(), given.model)
