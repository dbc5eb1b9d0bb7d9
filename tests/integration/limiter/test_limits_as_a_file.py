"""Limits kept as a file: what is written can be applied, all or nothing, after a difference was shown."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from limiter import services
from limiter.models import ConfigVersion, Upstream

from .conftest import BY

pytestmark = pytest.mark.django_db(transaction=True)
WHY = ("--reason", "reviewed", "--author", "ada")


def limiter(*words: str) -> str:
    out = StringIO()
    call_command("limiter", *words, stdout=out)
    return out.getvalue()


def exported() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(limiter("export"))
    return found


def filed(folder: Path, data: object) -> str:
    path = folder / "limits.json"
    path.write_text(json.dumps(data))
    return str(path)


def test_what_was_exported_changes_nothing(upstream: Upstream, tmp_path: Path) -> None:
    path = filed(tmp_path, exported())
    assert limiter("apply", path, "--diff") == limiter("apply", path, *WHY) == "Nothing changes.\n"
    assert Upstream.objects.get(name="tested").version == 1


def test_a_difference_is_shown_and_then_applied(upstream: Upstream, tmp_path: Path) -> None:
    data = exported()
    data["upstreams"]["tested"]["requests_per_minute"] = 120.0
    path = filed(tmp_path, data)
    shown = limiter("apply", path, "--diff")
    assert "tested:" in shown
    assert "requests per minute: none → 120" in shown
    assert Upstream.objects.get(name="tested").version == 1
    assert limiter("apply", path, *WHY) == shown
    newest = ConfigVersion.objects.filter(upstream="tested").first()
    assert newest is not None
    assert (newest.version, newest.author, newest.reason) == (2, "ada", "reviewed")
    assert exported() == data


def test_applying_ends_no_pause(upstream: Upstream, tmp_path: Path) -> None:
    path = filed(tmp_path, exported())
    services.change_upstream(upstream="tested", changes={"paused": True}, **BY)
    limiter("apply", path, *WHY)
    assert Upstream.objects.get(name="tested").paused


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"burst": 0.2, "lease_seconds": 20}, "The burst must be at least 1"),
        ({"paused": True}, "paused is not a setting that a file keeps"),
    ],
)
def test_one_wrong_setting_refuses_all(
    upstream: Upstream, tmp_path: Path, settings: dict[str, object], words: str
) -> None:
    data = {"schema": 1, "upstreams": {"offline": {"max_in_flight": 3}, "tested": settings}}
    with pytest.raises(CommandError, match=words) as error:
        limiter("apply", filed(tmp_path, data), *WHY)
    assert error.value.returncode == 2
    assert Upstream.objects.get(name="offline").max_in_flight != 3


@pytest.mark.parametrize(
    "data", [{"schema": 2, "upstreams": {}}, [], {"upstreams": {"nowhere": {}}, "schema": 1}]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: object) -> None:
    with pytest.raises(CommandError) as error:
        limiter("apply", filed(tmp_path, data), "--diff")
    assert error.value.returncode == 2
