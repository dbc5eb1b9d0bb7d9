"""Upstreams kept as a file: what is written can be applied, all or nothing, after a difference was shown."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from limiter import services
from limiter.checks import check_settings
from limiter.gate import Ticket
from limiter.gate.memory import MemoryGate
from limiter.models import ConfigVersion, Upstream

from .conftest import BY

if TYPE_CHECKING:
    from pytest_django import Settings

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
    data["upstreams"]["tested"]["version"] = 2
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


@pytest.mark.parametrize("data", [{"schema": 2, "upstreams": {}}, [], {"upstreams": {"nowhere": 3}}])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: object) -> None:
    with pytest.raises(CommandError) as error:
        limiter("apply", filed(tmp_path, data), "--diff")
    assert error.value.returncode == 2


# In TOML, beside people who edit ----------------------------------------------------------------

DECLARED = """
[upstreams.tested]
requests_per_minute = 600
burst = 5
"""


@pytest.fixture
def declared(tmp_path: Path) -> Path:
    path = tmp_path / "limits.toml"
    path.write_text(DECLARED)
    return path


def edit(**changes: object) -> None:
    services.change_upstream(upstream="tested", changes=changes, author="ben", reason="an incident")


def settings() -> tuple[float | None, float, int]:
    row = Upstream.objects.get(name="tested")
    return row.requests_per_minute, row.burst, row.version


def test_the_same_again_changes_nothing(upstream: Upstream, declared: Path) -> None:
    limiter("apply", str(declared))
    assert settings() == (600, 5, 2)
    assert limiter("apply", str(declared)) == "Nothing changes.\n"
    assert limiter("apply", str(declared), "--check") == "Nothing changes.\n"
    assert settings() == (600, 5, 2)
    newest = ConfigVersion.objects.filter(upstream="tested").first()
    assert newest is not None and newest.reason == "As limits.toml says."


def test_a_later_edit_stays_unless_it_is_forced(upstream: Upstream, declared: Path) -> None:
    limiter("apply", str(declared))
    edit(burst=2)
    said = limiter("apply", str(declared))
    assert "burst stays 2, as ben set it in version 3 (an incident); --force makes it 5" in said
    assert settings() == (600, 2, 3)
    limiter("apply", str(declared), "--force")
    assert settings() == (600, 5, 4)


def test_what_nobody_edited_follows_the_file_beside_an_edit(upstream: Upstream, declared: Path) -> None:
    limiter("apply", str(declared))
    edit(burst=2)
    declared.write_text(DECLARED.replace("600", "900"))
    limiter("apply", str(declared))
    assert settings() == (900, 2, 4)


def test_an_edit_to_what_the_file_says_next_is_no_edit_any_more(upstream: Upstream, declared: Path) -> None:
    limiter("apply", str(declared))
    edit(burst=7)
    declared.write_text(DECLARED.replace("= 5", "= 7"))
    assert limiter("apply", str(declared)) == "Nothing changes.\n"
    declared.write_text(DECLARED.replace("= 5", "= 9"))
    limiter("apply", str(declared))
    assert settings() == (600, 9, 4)


def test_an_edit_before_the_first_file_stays_too(upstream: Upstream, declared: Path) -> None:
    edit(burst=2)
    assert "burst stays 2" in limiter("apply", str(declared))
    assert settings() == (600, 2, 3)


def test_a_file_that_was_written_before_an_edit_leaves_it(upstream: Upstream, tmp_path: Path) -> None:
    edit(burst=7)
    data = exported()
    data["upstreams"]["tested"]["burst"] = 8
    path = filed(tmp_path, data)
    edit(burst=2)
    assert "burst stays 2" in limiter("apply", path)
    edit(burst=7)
    limiter("apply", path)
    assert settings() == (None, 8, 5)


def test_a_check_ends_with_1_where_something_differs(upstream: Upstream, declared: Path) -> None:
    with pytest.raises(CommandError) as error:
        limiter("apply", str(declared), "--check")
    assert error.value.returncode == 1
    assert settings()[2] == 1
    limiter("apply", str(declared))
    edit(burst=2)
    with pytest.raises(CommandError) as error:
        limiter("apply", str(declared), "--check")
    assert error.value.returncode == 1


def test_an_upstream_that_is_missing_is_made(gate: MemoryGate, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text("[upstreams.fresh]\nmax_in_flight = 4\n")
    assert limiter("apply", str(path)) == "fresh (new):\n  max in flight: none → 4\n"
    row = Upstream.objects.get(name="fresh")
    assert (row.max_in_flight, row.version, gate.status("fresh").version) == (4, 1, 1)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("burst = true", "burst is True: expected a number"),
        ("burst = nan", "burst"),
        ("burst = [1]", "expected a number"),
        ("max_in_flight = -1", "max_in_flight"),
        ("follow_multiplier = 1", "expected true or false"),
        ('max_in_flight = "many"', "max_in_flight"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    upstream: Upstream, tmp_path: Path, setting: str, words: str
) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(f"[upstreams.tested]\n{setting}\n")
    with pytest.raises(CommandError, match=words) as error:
        limiter("apply", str(path))
    assert error.value.returncode == 2


def test_a_limit_is_taken_away_by_an_empty_text(upstream: Upstream, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text('[upstreams.tested]\nmax_in_flight = ""\n')
    limiter("apply", str(path))
    assert Upstream.objects.get(name="tested").max_in_flight is None


def test_what_a_setting_declares_is_applied_without_a_file(upstream: Upstream, settings: Settings) -> None:
    settings.LIMITER_UPSTREAMS = {"tested": {"burst": 3}}
    assert limiter("apply").endswith(" → 3\n")
    assert Upstream.objects.get(name="tested").burst == 3
    newest = ConfigVersion.objects.filter(upstream="tested").first()
    assert newest is not None and newest.reason == "As LIMITER_UPSTREAMS says."
    settings.LIMITER_UPSTREAMS = {"tested": {"brust": 3}}
    assert [each.id for each in check_settings(None)] == ["limiter.E009"]


# What is no longer used -------------------------------------------------------------------------


def test_what_is_unused_is_deleted_where_that_is_asked(
    upstream: Upstream, gate: MemoryGate, declared: Path
) -> None:
    services.create_upstream(name="former", values={"max_in_flight": 1}, **BY)
    assert "former" not in limiter("apply", str(declared), "--diff")
    with pytest.raises(CommandError):
        limiter("apply", str(declared), "--check", "--prune")
    assert "former: unused, deleted" in limiter("apply", str(declared), "--prune")
    assert not Upstream.objects.filter(name="former").exists()
    assert Upstream.objects.filter(name="tested").exists()
    assert gate.status("former").version == 0


def test_what_is_used_stays(gate: MemoryGate, transactional_db: None, settings: Settings) -> None:
    settings.LIMITER_QUEUES = {"calls": "behind_a_queue"}
    for name in ("behind_a_queue", "in_a_pool", "beside_it", "planned", "waited_for", "free"):
        services.create_upstream(name=name, values={}, **BY)
    services.set_pool(name="both", members=["in_a_pool", "beside_it"], **BY)
    services.create_plan(name="some", values={"allowed_upstreams": ["planned"]}, **BY)
    gate.offer("waited_for", Ticket("job", "ann"))
    for name in ("behind_a_queue", "in_a_pool", "planned", "waited_for"):
        with pytest.raises(CommandError, match="is in use") as error:
            limiter("delete", name, *WHY)
        assert error.value.returncode == 2
    limiter("delete", "free", *WHY)
    assert not ConfigVersion.objects.filter(upstream="free").exists()


def test_one_made_anew_after_its_deletion_begins_at_version_1(
    gate: MemoryGate, transactional_db: None
) -> None:
    limiter("create", "again", "max_in_flight=3", *WHY)
    services.change_upstream(upstream="again", changes={"max_in_flight": 4}, **BY)
    limiter("delete", "again", *WHY)
    assert limiter("create", "again", "max_in_flight=5", *WHY) == "again is at version 1.\n"
    assert gate.status("again").version == 1
    with pytest.raises(CommandError, match="already"):
        limiter("create", "again", *WHY)


def test_a_name_that_the_gate_has_for_something_else_is_refused(transactional_db: None) -> None:
    with pytest.raises(CommandError, match="take another name"):
        limiter("create", "limit", *WHY)
