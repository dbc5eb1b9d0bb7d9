"""Signs in with a code at a given moment: a process of its own in test_a_code_is_taken_once.py.

Exit status 0: it opened; REFUSED: it did not; anything else is an error.
"""

from __future__ import annotations

import sys
import time

import django

django.setup()

from django.test import Client  # noqa: E402 - needs the settings

from tests.factories.people import PASSWORD  # noqa: E402 - needs the apps
from tests.integration.accounts import REFUSED  # noqa: E402


def main(email: str, code: str, moment: float) -> None:
    client = Client()
    client.post("/sign-in/", {"login": email, "password": PASSWORD})
    time.sleep(max(0.0, moment - time.time()))
    client.post("/sign-in/code/", {"code": code})
    sys.exit(0 if client.get("/").status_code == 200 else REFUSED)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
