"""All that is kept of a person, as a zip that is made while it is sent: its size costs no memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Generator, Iterator
from pathlib import PurePosixPath
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from feedback.dispatch import flows
from feedback.models import (
    Document,
    Draft,
    JobEvent,
    Membership,
    Reaction,
    Release,
    Upload,
    UsageDay,
    User,
)
from feedback.selectors.intake.report import report_of

AT_ONCE = 50  # documents that one query brings


class _Sink(io.RawIOBase):
    """Takes what the zip writes and gives it on. It can't seek, and zipfile copes with that."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)


def everything_of(user: User) -> Generator[bytes]:
    """The pieces of a zip: the account, and for each document its text, its feedback and what happened."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", _json(_account(user)))
        archive.writestr("drafts.json", _json(_drafts(user)))
        if bank := list(user.banked_comments.values("kind", "message", "suggestion", "created_at")):
            archive.writestr("comment-bank.json", _json(bank))
        if webhooks := _webhooks(user):
            archive.writestr("webhooks.json", _json(webhooks))
        yield sink.taken()
        for document in _documents(user):
            folder = f"documents/{document.created_at:%Y-%m-%d}-{document.pk}"
            archive.writestr(f"{folder}/text.txt", document.text)
            archive.writestr(f"{folder}/feedback.json", _json(report_of(document)))
            archive.writestr(f"{folder}/events.json", _json(_events(document)))
            for name, content in _also(document):
                archive.writestr(f"{folder}/{name}", content)
            yield sink.taken()
    yield sink.taken()


def _also(document: Document) -> Iterator[tuple[str, str | bytes]]:
    """What only some have: a file that was not read yet, and a teacher's own words."""
    for upload in Upload.objects.filter(document=document):
        yield f"as-handed-in{PurePosixPath(upload.filename).suffix}", bytes(upload.data)
    for given in Release.objects.filter(document=document, stands=True).values("at", "grade", "note"):
        yield "teacher.json", _json(given)


def _documents(user: User) -> Iterator[Document]:
    keys = list(Document.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        yield from Document.objects.filter(pk__in=keys[first : first + AT_ONCE]).order_by("pk")


def _account(user: User) -> dict[str, Any]:
    used = UsageDay.objects.filter(flow=flows.flow_of(user))
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "courses": list(Membership.objects.filter(user=user).values("course__name", "role")),
        "reactions": list(
            Reaction.objects.filter(person=user).values("comment", "verdict", "reason", "changed_at")
        ),
        "used_by_what_is_gone": list(
            used.values("day", "upstream", "calls", "failures", "input_tokens", "output_tokens")
        ),
    }


def _drafts(user: User) -> list[Any]:
    return list(Draft.objects.filter(owner=user).values("id", "title", "text", "filename", "updated_at"))


def _webhooks(user: User) -> list[Any]:
    """Without their secrets, which open what they sign."""
    found = user.webhooks.values(
        "id", "name", "url", "events", "course__name", "created_at", "disabled_at", "disabled_because"
    )
    told = user.webhooks.values_list(
        "id", "deliveries__created_at", "deliveries__event", "deliveries__document", "deliveries__state"
    ).exclude(deliveries=None)
    return [
        {**each, "told": [row[1:] for row in told.filter(pk=each["id"]).order_by("deliveries__id")]}
        for each in found
    ]


def _events(document: Document) -> list[Any]:
    events = JobEvent.objects.filter(job__document=document).order_by("pk")
    return list(events.values("at", "kind", "attempt", "job__kind", "job__section"))


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
