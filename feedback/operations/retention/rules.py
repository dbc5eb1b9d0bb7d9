"""Rules of retention: what may go, and after how many days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from feedback.models import AccessDenial, Document, Draft, ErrorText, Job, KeptAnswer, WebhookDelivery

if TYPE_CHECKING:
    from django.db.models import QuerySet

State = Document.State


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Rows of one kind and state that are older than a moment."""

    what: str
    variable: str  # of the environment
    rows: Callable[[], QuerySet[Any]]
    age: str  # the field that says since when

    def older_than(self, before: datetime) -> QuerySet[Any]:
        return self.rows().filter(**{f"{self.age}__lt": before})


def _documents(*states: Document.State) -> Callable[[], QuerySet[Any]]:
    """Nothing that anybody still works on: telling that it is done is work, too."""

    def rows() -> QuerySet[Any]:
        at_work = Job.objects.filter(state__in=Job.OPEN).values("document")
        return Document.objects.filter(state__in=states).exclude(pk__in=at_work)

    return rows


RULES: Mapping[str, RetentionRule] = {
    "documents": RetentionRule(
        "documents with their feedback, that long after it was complete",
        "RETAIN_DOCUMENTS_DAYS",
        _documents(State.COMPLETE),
        "finished_at",
    ),
    "unfinished": RetentionRule(
        "documents that failed or were cancelled",
        "RETAIN_UNFINISHED_DAYS",
        _documents(State.FAILED, State.CANCELLED),
        "finished_at",
    ),
    "drafts": RetentionRule(
        "drafts that nobody touched",
        "RETAIN_DRAFTS_DAYS",
        Draft.objects.all,
        "updated_at",
    ),
    "denials": RetentionRule(
        "records of who asked for another's document",
        "RETAIN_DENIALS_DAYS",
        AccessDenial.objects.all,
        "last_at",
    ),
    "answers": RetentionRule(
        "answers of the API that are kept for a request that comes again",
        "RETAIN_ANSWERS_DAYS",
        KeptAnswer.objects.all,
        "begun_at",
    ),
    "webhooks": RetentionRule(
        "messages to webhooks that have ended",
        "RETAIN_WEBHOOKS_DAYS",
        partial(WebhookDelivery.objects.filter, ended_at__isnull=False),
        "ended_at",
    ),
    "error_texts": RetentionRule(
        "texts of providers' errors that no operator classed and that came no more",
        "RETAIN_ERROR_TEXTS_DAYS",
        partial(ErrorText.objects.filter, classed_as=""),
        "last_at",
    ),
}


def rules_of_site() -> Mapping[str, timedelta]:
    """The rules that this site has switched on, with the age from which each acts."""
    return {name: timedelta(days=days) for name, days in settings.RETAIN_DAYS.items() if days}
