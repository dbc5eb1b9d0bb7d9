"""Set-up and acts within the product, run as a program of its own: `python -m tests.matrix.people VERB …`.

It prints JSON. The harness imports nothing of this.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

RATE, BURST, CAP = 240, 8, 6  # of the simulated upstream: calls a minute, at once, in flight
LEASE = 10.0
AUTHOR = {"author": "matrix", "reason": "a fault of the matrix"}


def prepare(students: int) -> dict[str, Any]:
    """People with their sessions, and the upstream with its limits."""
    from django.conf import settings

    from feedback.development.loadtest import accounts
    from feedback.models import User
    from limiter.models import Upstream
    from limiter.services import change_upstream, create_upstream

    values: dict[str, Any] = {
        "target": "bedrock at the simulator", "queue": "simulated",
        "requests_per_minute": RATE, "burst": BURST, "max_in_flight": CAP, "lease_seconds": LEASE,
        "breaker_open_seconds": 2, "breaker_open_max_seconds": 6,
    }  # fmt: skip
    if Upstream.objects.filter(name="simulated").exists():
        change_upstream(upstream="simulated", changes=values, **AUTHOR)
    else:
        create_upstream(name="simulated", values=values, **AUTHOR)
    made = accounts.make(students)
    operator = User.objects.create_superuser("operator@loadtest.invalid", made.password, name="Opal")
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "students": [{"email": each.email, "session": each.session} for each in made.accounts],
        "operator": {"email": operator.email, "session": accounts._signed_in(operator)},
        "password": made.password,
    }


def suspend(email: str, suspended: str) -> dict[str, Any]:
    from feedback.models import User
    from feedback.services.accounts import people

    user = User.objects.get(email=email)
    return {
        "changed": people.set_share(
            user=user,
            changes={"suspended": suspended == "yes"},
            author=AUTHOR["author"],
            reason=AUTHOR["reason"],
        )
    }


def change(**changes: Any) -> dict[str, Any]:
    """Settings of the simulated upstream."""
    from limiter.services import change_upstream

    return {"version": change_upstream(upstream="simulated", changes=changes, **AUTHOR).version}


def main(words: list[str]) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()
    verb, *rest = words
    if verb == "prepare":
        done = prepare(int(rest[0]))
    elif verb == "suspend":
        done = suspend(*rest)
    else:
        done = change(**json.loads(rest[0]))
    json.dump(done, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
