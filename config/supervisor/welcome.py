"""Greets the newcomer: hands in the samples, waits for their feedback, and says where to look."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

from .programs import MANAGE

START_SECONDS = 90.0


def main(portal: str, verbosity: str) -> int:
    import django

    django.setup()
    if not _answers(portal):
        print(f"{portal} did not answer within {START_SECONDS:.0f} s.")
        return 1
    print(f"The portal is at {portal} (samples are being handed in).")
    command = [*MANAGE, "demo", "--submit", "--verbosity", verbosity]
    submitted = subprocess.run(command, check=False)  # noqa: S603 - our own command
    print(_greeting(portal))
    return submitted.returncode


def _answers(portal: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(portal, timeout=10):  # noqa: S310 - an http address of our own
                return True
        except urllib.error.HTTPError:
            return True  # it answers, if with an error of its own
        except OSError:
            time.sleep(0.2)
    return False


def _greeting(portal: str) -> str:
    from feedback.development import demo

    people = "\n".join(f"    {person.email:20} {person.name} ({person.role})" for person in demo.PEOPLE)
    return (
        f"\n  Marginalia is at   {portal}\n"
        f"  Its admin is at    {portal}/admin/\n"
        f"  Accounts, all with the password “{demo.PASSWORD}”:\n{people}\n"
        "  Ctrl-C stops everything.\n"
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    sys.exit(main(*sys.argv[1:]))
