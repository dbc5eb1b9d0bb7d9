"""A project imports what it needs, in any order: no module needs another to be imported before it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "limiter"
# One process, and a copy of it for each module: a start for each would take minutes.
PROGRAM = """
import os, sys, traceback
from importlib import import_module

import django
from django.conf import settings

apps = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin", "django_rq", "limiter"]
database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(
    DATABASES={"default": database}, INSTALLED_APPS=apps, RQ_QUEUES={"calls": {"URL": "redis://localhost:1"}}
)
django.setup()
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(f"can't come first: {failed}" if failed else 0)
"""


def modules() -> list[str]:
    files = [file.relative_to(ROOT).with_suffix("") for file in PACKAGE.rglob("*.py")]
    names = sorted(".".join(file.parts).removesuffix(".__init__") for file in files)
    return [name for name in names if ".migrations." not in name]


def test_each_module_may_come_first() -> None:
    found = modules()
    assert "limiter.configuration.publication" in found
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *found], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
