from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from limiter.models import Pool, PoolMember, Upstream
from limiter.operations.watch import report

from .writing import assign, require, sign

POOL_SETTINGS = ("wait_seconds", "line_share")


@transaction.atomic
def set_pool(
    *, name: str, members: Sequence[str], changes: Mapping[str, Any] | None = None, author: str, reason: str
) -> Pool:
    """Make a pool of these upstreams, or change it; the first is tried first.

    An upstream stands in one pool at most.
    """
    pool = Pool.objects.select_for_update().filter(name=name).first() or Pool(name=name)
    assign(pool, changes or {}, POOL_SETTINGS)
    sign(pool, author=author, reason=reason)
    check_members(name, members)
    pool.full_clean()
    before = _reported(name)
    pool.save()
    pool.members.all().delete()
    for position, upstream in enumerate(members, start=1):
        PoolMember.objects.create(pool=pool, upstream_id=upstream, position=position)
    report(kind="pool", key=name, before=before, after=_reported(name), author=author, reason=reason)
    return pool


@transaction.atomic
def remove_pool(*, name: str, author: str, reason: str) -> None:
    """Let each upstream stand alone again. What waits goes on where it is."""
    require(author=author, reason=reason)
    pool = Pool.objects.select_for_update().get(name=name)
    report(kind="pool", key=name, before=_reported(name), after={}, author=author, reason=reason)
    pool.delete()


def _reported(name: str) -> dict[str, Any]:
    pool = Pool.objects.filter(name=name).values(*POOL_SETTINGS).first()
    members = PoolMember.objects.filter(pool=name).order_by("position")
    return {**pool, "members": list(members.values_list("upstream", flat=True))} if pool else {}


def check_members(pool: str, members: Sequence[str]) -> None:
    """Raises ValidationError where these can't be a pool of this name."""
    if len(members) < 2 or len(set(members)) < len(members):
        raise ValidationError({"members": "A pool needs at least two upstreams, each once."})
    known = set(Upstream.objects.filter(name__in=members).values_list("name", flat=True))
    if unknown := [name for name in members if name not in known]:
        raise ValidationError({"members": f"There is no upstream {unknown[0]!r}."})
    elsewhere = PoolMember.objects.filter(upstream__in=members).exclude(pool=pool).first()
    if elsewhere is not None:
        raise ValidationError(
            {"members": f"{elsewhere.upstream_id} stands in the pool {elsewhere.pool_id} already."}
        )
