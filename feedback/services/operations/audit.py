"""The audit log's one pen: services, admin pages and commands write through it, within the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder

from feedback.models import AuditEntry, User

HIDDEN = ("password", "secret")  # their values are never kept, only that they changed
MASK = "•••"
Values = Mapping[str, Any]


def record(
    *,
    author: str,
    what: str,
    kind: str,
    subject: object,
    before: Values | None = None,
    after: Values | None = None,
    reason: str = "",
) -> AuditEntry:
    """Keep what somebody did. The request's id is taken from the log's own context."""
    return AuditEntry.objects.create(
        who=author,
        what=what,
        kind=kind,
        subject=str(subject)[:100],
        before=_kept(before or {}),
        after=_kept(after or {}),
        reason=reason[:500],
        request=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
    )


def record_change_of_limits(
    *, kind: str, key: str, before: Values, after: Values, author: str, reason: str
) -> None:
    """What the limiter's services tell: see limiter.operations.watch.add_listener."""
    what = "removed" if not after else "changed" if before else "made"
    record(author=author, what=what, kind=kind, subject=key, before=before, after=after, reason=reason)


def record_staff_sign_in(*, user: User, **_: Any) -> None:
    """Record the sign-in of staff, which may see others' work. Students' sign-ins are their own affair."""
    if user.is_staff:
        record(author=user.get_username(), what="signed in", kind="user", subject=user.pk)


def difference(before: Values, after: Values) -> dict[str, Values]:
    """`before` and `after` of an entry, of what differs alone."""
    names = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in names},
        "after": {name: after[name] for name in names},
    }


def _kept(values: Values) -> dict[str, Any]:
    """As JSON keeps it: dates and keys as text, secrets not at all."""
    shown = {name: MASK if _is_hidden(name) and value else value for name, value in values.items()}
    kept: dict[str, Any] = json.loads(json.dumps(shown, cls=_Encoder))
    return kept


def _is_hidden(name: str) -> bool:
    return any(name.startswith(each) or name.endswith(each) for each in HIDDEN)


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)
