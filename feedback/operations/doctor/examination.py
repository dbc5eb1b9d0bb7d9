from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

from django.conf import settings
from django.db import DatabaseError
from redis.exceptions import RedisError

from limiter.gate.model import GateError

from . import aws, clocks, gate, host, mail, postgres, redis, route_checks, site, work
from .model import Finding, fail


@dataclass(frozen=True, slots=True)
class Check:
    look: Callable[[], Iterable[Finding]]
    in_postgres: bool = False  # needs its answer


def checks(*, call: bool = False) -> Mapping[str, Check]:
    """By name, in the order in which a person would look. `call`: one short model call may be made."""
    return {
        "python": Check(host.python),
        "packages": Check(host.packages),
        "disk": Check(host.disk),
        "settings": Check(site.settings_checks),
        "site": Check(site.site),
        "postgres": Check(postgres.postgres, in_postgres=True),
        "connections": Check(postgres.connections, in_postgres=True),
        "migrations": Check(postgres.migrations, in_postgres=True),
        "redis": Check(redis.redis),
        "clocks": Check(clocks.clocks, in_postgres=True),
        "gate": Check(gate.gate, in_postgres=True),
        "slots": Check(gate.slots, in_postgres=True),
        "upstreams": Check(route_checks.upstreams, in_postgres=True),
        "pools": Check(route_checks.pools, in_postgres=True),
        "permissions": Check(route_checks.permissions, in_postgres=True),
        "prices": Check(route_checks.prices, in_postgres=True),
        "budgets": Check(route_checks.budgets, in_postgres=True),
        "workers": Check(work.workers),
        "queues": Check(work.queues),
        "scheduler": Check(work.scheduler),
        "housekeeping": Check(work.housekeeping),
        "bedrock": Check(partial(aws.bedrock, call=call)),
        "mail": Check(mail.mail),
    }


def examine(chosen: Mapping[str, Check]) -> Iterator[Finding]:
    """Each check's findings; one that could not be made says what was in its way."""
    why_away = cache(postgres.why_away)
    for name, check in chosen.items():
        if check.in_postgres and why_away():
            yield _without_postgres(name, why_away())
        else:
            yield from _findings(name, check)


def _findings(name: str, check: Check) -> list[Finding]:
    try:
        return list(check.look())
    except DatabaseError as error:
        advice = "See the checks postgres and migrations."
        return [fail(name, f"PostgreSQL could not say: {_first_line(error)}", advice)]
    except (RedisError, GateError) as error:
        return [fail(name, f"Redis could not say: {_first_line(error)}", "See the check redis.")]
    except OSError as error:
        return [fail(name, f"{type(error).__name__}: {_first_line(error)}", "Mend this first.")]


def _without_postgres(name: str, why: str) -> Finding:
    if name != "postgres":
        return fail(name, "PostgreSQL does not answer.", "See the check postgres.")
    where = "the embedded server" if settings.EMBEDDED_POSTGRES else "the server that DATABASE_URL names"
    advice = f"Start {where}, or correct its address, name and password (docs/configuration.md)."
    return fail(name, f"It does not answer: {why}", advice)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
