"""From the rows to the gate: what a version holds, and how the gate learns of it.

The gate takes only a newer version than it has, so publishing late, twice or from several
processes does no harm, and any process that finds the gate behind may publish.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.db import transaction

from limiter.gate import GateError
from limiter.gates import connection, get_gate
from limiter.models import ConfigVersion, Upstream
from limiter.models.hold import STATE as HOLD_STATE

from .events import keep_events
from .policies import reconcile_policies
from .restoration import restore_missing

logger = logging.getLogger(__name__)

SETTINGS: tuple[str, ...] = tuple(
    field.name
    for field in Upstream._meta.concrete_fields
    if field.name not in ("name", "version", "applied", "changed_at", *HOLD_STATE)
)


def body_of(upstream: Upstream) -> dict[str, Any]:
    """Every setting, as the history keeps it."""
    return {name: getattr(upstream, name) for name in SETTINGS}


def publish(upstream: str) -> bool:
    """Give the gate the committed version. False: it had this one or a newer one.

    Raises Upstream.DoesNotExist, and GateError where the gate cannot be reached.
    """
    return get_gate().configure(Upstream.objects.get(name=upstream).config())


def publish_missing(upstream: str) -> bool:
    """For a gate that has no configuration. False: nor has Postgres.

    It is paused until it knows again what runs: a new memory would admit as many calls once more. Should this
    process end in between, reconcile goes on. Raises GateError where the gate cannot be reached.
    """
    try:
        config = Upstream.objects.get(name=upstream).config()
    except Upstream.DoesNotExist:
        return False
    gate = get_gate()
    if not gate.status(upstream).version:
        gate.configure(replace(config, version=config.version - 1, paused=True))
    restore_missing(upstream, gate.status(upstream))
    return gate.configure(config)


def publish_on_commit(upstream: str) -> None:
    """Publish when the change is safe. A gate that is down costs nothing: reconcile publishes later."""

    def after() -> None:
        try:
            publish(upstream)
        except GateError as error:
            logger.warning("%s was saved but not yet published: %s", upstream, error)

    transaction.on_commit(after)


def keep_version(upstream: Upstream, *, author: str, reason: str) -> None:
    """Add the row's present version to the history."""
    version = ConfigVersion(
        upstream=upstream, version=upstream.version, body=body_of(upstream), author=author, reason=reason
    )
    version.full_clean()
    version.save(force_insert=True)


def reconcile_configuration() -> int:
    """Bring the gate up to what is committed; return how many upstreams it was behind on.

    Also installs the policies of the flows that it has work of, and the weights of groups.

    Raises GateError where the gate cannot be reached: the next pass tries again.
    """
    behind, flows = 0, set[str]()
    for name, version in Upstream.objects.values_list("name", "version"):
        status = get_gate().status(name)
        if status.version > version:
            _outrun(name, status.version)
        if not status.version:
            behind += publish_missing(name)
            status = get_gate().status(name)
        else:
            if restore_missing(name, status):
                status = get_gate().status(name)
            # A change since the two were read is published by its own commit.
            behind += status.version != version and publish(name)
        keep_events(name, status.epoch)
        flows.update(status.flows)
    reconcile_policies(flows)
    return behind


def forget_old_libraries() -> None:
    """Delete what earlier releases loaded into Redis and no worker uses; where that fails it stays."""
    server = connection()
    if server is None:
        return
    from limiter.functions.housekeeping import forget_unused

    try:
        for name in forget_unused(server):
            logger.info("The library %s was unused for a day and is deleted.", name)
    except GateError as error:
        logger.warning("Libraries of earlier releases stay in Redis: %s", error)


def _outrun(name: str, published: int) -> None:
    """After a database was restored from a backup the gate may know versions that no row knows."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(name=name)
        if published <= upstream.version:
            return
        upstream.version = published + 1
        upstream.save(update_fields=["version", "changed_at"])
        keep_version(
            upstream, author="reconcile", reason=f"The gate held version {published}, newer than ours."
        )
