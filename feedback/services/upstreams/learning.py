"""Learning from a model's refusals: a setting that it does not take is not sent again for a while.

Only optional settings of generation are learnt away (providers/generation.py, LEARNABLE): a guardrail, the
longest answer, the region and metadata are decisions of people, and a refusal of those stays a refusal. The
next attempt passes the gate and is paid like any other.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from feedback.models import Job, LearntRefusal
from feedback.providers.base import FieldRefused
from feedback.providers.errors.redaction import redact
from feedback.providers.models.generation import LEARNABLE
from feedback.selectors.upstreams import endpoints
from feedback.services.operations import audit
from limiter.base.database_time import database_now
from limiter.models import Upstream

logger = logging.getLogger(__name__)

WORDS = 1_000  # of a model's, that are kept


@transaction.atomic
def learn(job: Job, refused: FieldRefused) -> bool:
    """Keep that the model of a job's upstream does not take a setting.

    True: another attempt leaves it out. False: it is none that may be left out, or was left out already.
    """
    if refused.setting not in LEARNABLE or not Upstream.objects.filter(name=job.upstream).exists():
        return False
    target = endpoints.target_of(job.upstream)
    row, is_new = LearntRefusal.objects.get_or_create(
        upstream_id=job.upstream,
        model_id=target.model_id,
        setting=refused.setting,
        undone_at=None,
        defaults={"error": redact(str(refused))[:WORDS], "expires_at": _expiry()},
    )
    is_over = row.expires_at <= database_now()
    if is_over:
        LearntRefusal.objects.filter(pk=row.pk).update(learnt_at=database_now(), expires_at=_expiry())
    transaction.on_commit(endpoints.forget)
    if is_new:
        logger.warning(
            "%s of %s takes no %s: left out from now on", target.model_id, job.upstream, row.setting
        )
    return is_new or is_over or job.started_at is None or row.learnt_at >= job.started_at


def _expiry() -> datetime:
    return database_now() + timedelta(days=settings.LEARNT_REFUSAL_DAYS)


@transaction.atomic
def undo(refusal: LearntRefusal, *, author: str) -> bool:
    """Send the setting again from now on. False: it was undone already."""
    undone = LearntRefusal.objects.filter(pk=refusal.pk, undone_at=None).update(undone_at=database_now())
    if undone:
        audit.record(
            author=author,
            what="undone",
            kind="learnt refusal",
            subject=refusal.upstream_id,
            before={"model": refusal.model_id, "setting": refusal.setting},
        )
        transaction.on_commit(endpoints.forget)
    return bool(undone)
