"""What must hold before the process starts, each with an id and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DatabaseError
from django.utils.module_loading import import_string

from .configuration.seed import seed_settings
from .gates import MEMORY, REDIS, backend, queues

if TYPE_CHECKING:
    from django.apps import AppConfig

DISTRIBUTION = "rqgate"
ADDRESS = ("URL", "HOST", "PORT", "DB", "UNIX_SOCKET_PATH", "SENTINELS", "MASTER_NAME")


@register("limiter")
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_owner(), *_backend(), *_queues(), *_redis(), *_ledger(), *_seed(), *_declared()]


@register(Tags.database)
def check_upstreams(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Is there a row for each upstream that a queue names? Asked only where databases are checked."""
    from .models import Upstream

    if not databases or "default" not in databases:
        return []
    try:
        known = set(Upstream.objects.values_list("name", flat=True))
    except DatabaseError:  # not migrated yet
        return []
    return [
        Caution(
            f"Queue {queue!r} is gated by upstream {upstream!r}, which does not exist: nothing is admitted.",
            hint="Make the upstream in the admin, or correct LIMITER_QUEUES.",
            id="limiter.W002",
        )
        for queue, upstream in queues().items()
        if upstream not in known
    ]


def _owner() -> list[CheckMessage]:
    """PyPI has another distribution with a package of this name: the files of both are mixed then."""
    return [
        Error(
            f"{other!r} has installed a package named limiter too, into the folder of {DISTRIBUTION}.",
            hint=f"Uninstall both, then install {DISTRIBUTION} again: pip uninstall {other} {DISTRIBUTION}.",
            id="limiter.E008",
        )
        for other in owners_in(Path(__file__).resolve().parent.parent)
        if other != DISTRIBUTION
    ]


def owners_in(folder: Path) -> list[str]:
    """Distributions with a record in this folder that lists limiter's first module."""
    return sorted(
        record.parent.name.partition("-")[0].lower().replace("_", "-")
        for record in folder.glob("*.dist-info/RECORD")
        if "\nlimiter/__init__.py," in f"\n{record.read_text('utf-8', 'replace')}"
    )


def _backend() -> list[CheckMessage]:
    if backend() in (REDIS, MEMORY):
        return []
    return [
        Error(
            f"LIMITER_BACKEND is {backend()!r}.",
            hint='Expected "redis" (one gate for all processes) or "memory" (solo: one process).',
            id="limiter.E001",
        )
    ]


def _queues() -> list[CheckMessage]:
    named: Any = queues()
    if not isinstance(named, dict) or not all(
        isinstance(word, str) and word for pair in named.items() for word in pair
    ):
        return [
            Error("LIMITER_QUEUES must be a dict.", hint="Expected {queue: upstream}.", id="limiter.E002")
        ]
    twice = sorted({upstream for upstream in named.values() if list(named.values()).count(upstream) > 1})
    return [
        Error(
            f"Upstream {upstream!r} stands behind two queues of LIMITER_QUEUES.",
            hint="One line belongs to one queue: give each its own upstream.",
            id="limiter.E003",
        )
        for upstream in twice
    ]


def _redis() -> list[CheckMessage]:
    """What django-rq must know of the gated queues. Solo has no Redis and asks for none."""
    if backend() != REDIS or not isinstance(queues(), dict):
        return []
    rq_queues: dict[str, dict[str, Any]] = getattr(settings, "RQ_QUEUES", {})
    found: list[CheckMessage] = [
        Error(
            f"LIMITER_QUEUES names queue {queue!r}, which RQ_QUEUES does not have.",
            hint="Add it to RQ_QUEUES.",
            id="limiter.E004",
        )
        for queue in queues()
        if queue not in rq_queues
    ]
    addresses = {
        repr([rq_queues[queue].get(key) for key in ADDRESS]) for queue in queues() if queue in rq_queues
    }
    if len(addresses) > 1:
        found.append(
            Error(
                "The gated queues lie on different Redis servers.",
                hint="One gate needs one Redis: give these queues one address in RQ_QUEUES.",
                id="limiter.E005",
            )
        )
    if queues() and not str(getattr(settings, "RQ", {}).get("QUEUE_CLASS", "")).strip():
        found.append(
            Caution(
                "LIMITER_QUEUES gates queues, but RQ has no QUEUE_CLASS: they would be run ungated.",
                hint='Set RQ = {"QUEUE_CLASS": "limiter.rq.queue.GatedQueue", ...}.',
                id="limiter.W001",
            )
        )
    return found


def _ledger() -> list[CheckMessage]:
    path = getattr(settings, "LIMITER_LEDGER", None)
    if not path:
        return []
    try:
        import_string(path)
    except ImportError as error:
        return [
            Error(
                f"LIMITER_LEDGER cannot be imported: {error}.",
                hint="Expected the dotted path of a limiter.jobs.ledger.Ledger.",
                id="limiter.E006",
            )
        ]
    return []


def _seed() -> list[CheckMessage]:
    try:
        seed_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="It is read from the environment.", id="limiter.E007")]
    return []


def _declared() -> list[CheckMessage]:
    from .configuration.filed import declared

    try:
        declared()
    except ValidationError as error:
        hint = 'Expected {name: {setting: value}}; "manage.py limiter apply" brings the rows to it.'
        return [
            Error(
                f"LIMITER_UPSTREAMS, LIMITER_PLANS or LIMITER_GROUPS: {error.message}",
                hint=hint,
                id="limiter.E009",
            )
        ]
    return []
