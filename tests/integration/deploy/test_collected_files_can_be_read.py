"""What `collectstatic` leaves is read by nginx, and by a service in an account of its own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.integration.deploy.test_units_and_environments import read_environment
from tests.running import ROOT

PROGRAM = """
import django; django.setup()
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
staticfiles_storage.save("page.css", ContentFile(b"a {}"))
staticfiles_storage.save_manifest()
"""


def test_everybody_may_read_what_was_collected(tmp_path: Path) -> None:
    environment = {
        **read_environment(ROOT / "deploy/campus.env"),
        "SECRET_KEY": "0123456789" * 6,
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
    }
    (tmp_path / "static").mkdir()
    # The list of the files is read when the storage is made.
    (tmp_path / "static/staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("page.css", "staticfiles.json"):
        assert (tmp_path / "static" / name).stat().st_mode & stat.S_IROTH, name
