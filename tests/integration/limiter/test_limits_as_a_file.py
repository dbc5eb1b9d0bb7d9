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
from limiter.models import ConfigVersion, GroupWeight, Plan, Upstream

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
    assert newest is not None and newest.reason == "As the settings say."
    settings.LIMITER_UPSTREAMS = {"tested": {"brust": 3}}
    assert [each.id for each in check_settings(None)] == ["limiter.E009"]


# Plans and groups beside upstreams ---------------------------------------------------------------

SHARES = """
[plans.large]
weight = 3
max_in_flight = 8
allowed_upstreams = ["tested"]

[groups.gold]
weight = 3
"""


@pytest.fixture
def shares(tmp_path: Path) -> Path:
    path = tmp_path / "shares.toml"
    path.write_text(SHARES)
    return path


def share_of_gold(gate: MemoryGate) -> int:
    """How many of its jobs start for each of a group that weighs 1."""
    services.change_upstream(upstream="tested", changes={"max_in_flight": None}, **BY)
    for number in range(40):
        for group in ("gold", "other"):
            gate.offer("tested", Ticket(f"{group}-{number}", f"of {group}", group))
    groups = [lease.group for lease in gate.admit("tested", 40).leases]
    gate.forget("tested")
    return round(groups.count("gold") / groups.count("other"))


def test_plans_and_groups_are_made_and_reach_the_gate(
    upstream: Upstream, gate: MemoryGate, shares: Path
) -> None:
    shown = limiter("apply", str(shares), "--diff")
    assert "plan large (new):\n  weight: 1 → 3" in shown
    assert "group gold (new):\n  weight: 1 → 3" in shown
    assert not Plan.objects.filter(name="large").exists()
    assert limiter("apply", str(shares), *WHY) == shown
    plan = Plan.objects.get(name="large")
    assert (plan.weight, plan.max_in_flight, plan.allowed_upstreams) == (3, 8, ["tested"])
    assert (plan.author, plan.reason) == ("ada", "reviewed")
    assert share_of_gold(gate) == 3
    assert limiter("apply", str(shares), "--check") == "Nothing changes.\n"


def test_an_edit_of_a_plan_or_a_group_stays_unless_it_is_forced(upstream: Upstream, shares: Path) -> None:
    limiter("apply", str(shares))
    services.change_plan(plan="large", changes={"max_in_flight": 2}, author="ben", reason="an incident")
    services.set_group_policy(group="gold", changes={"weight": 5}, author="ben", reason="a promise")
    with pytest.raises(CommandError) as error:
        limiter("apply", str(shares), "--check")
    assert error.value.returncode == 1
    said = limiter("apply", str(shares))
    assert "max in flight stays 2, last changed by ben (an incident); --force makes it 8" in said
    assert "weight stays 5, last changed by ben (a promise); --force makes it 3" in said
    limiter("apply", str(shares), "--force")
    assert Plan.objects.get(name="large").max_in_flight == 8
    assert GroupWeight.objects.get(group="gold").weight == 3


def test_what_somebody_made_before_the_first_file_stays_too(upstream: Upstream, shares: Path) -> None:
    services.set_group_policy(group="gold", changes={"weight": 5}, **BY)
    assert "weight stays 5" in limiter("apply", str(shares))
    assert GroupWeight.objects.get(group="gold").weight == 5


def test_a_file_that_was_written_from_a_plan_as_it_is_changes_it(upstream: Upstream, tmp_path: Path) -> None:
    services.create_plan(name="large", values={"weight": 5}, **BY)
    services.set_group_policy(group="gold", changes={"weight": 5}, **BY)
    data = exported()
    assert filed(tmp_path, data) and limiter("apply", filed(tmp_path, data)) == "Nothing changes.\n"
    data["plans"]["large"]["weight"] = data["groups"]["gold"]["weight"] = 7
    limiter("apply", filed(tmp_path, data))
    assert Plan.objects.get(name="large").weight == GroupWeight.objects.get(group="gold").weight == 7


def test_what_a_file_made_and_no_longer_has_is_deleted_where_that_is_asked(
    upstream: Upstream, gate: MemoryGate, shares: Path
) -> None:
    limiter("apply", str(shares))
    services.create_plan(name="by-hand", values={}, **BY)
    services.set_group_policy(group="by-hand", changes={"weight": 2}, **BY)
    services.set_flow_policy(flow="ann", changes={"plan": "large"}, **BY)
    shares.write_text("[plans.other]\n[groups.other]\n")
    assert "deleted" not in limiter("apply", str(shares))
    said = limiter("apply", str(shares), "--prune")
    assert "group gold: unused, deleted" in said
    assert share_of_gold(gate) == 1
    assert set(Plan.objects.values_list("name", flat=True)) >= {"large", "other", "by-hand"}  # ann has it
    services.forget_flow(flow="ann", **BY)
    assert limiter("apply", str(shares), "--prune") == "plan large: unused, deleted\n"
    assert GroupWeight.objects.filter(group="by-hand").exists()
    assert Upstream.objects.filter(name="tested").exists()  # the file has no table of upstreams


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[plans.large]\nmax_in_flight = 1.5", "expected a whole number"),
        ("[plans.large]\nweight = nan", "weight"),
        ("[plans.large]\nis_default = 1", "expected true or false"),
        ('[plans.large]\nallowed_upstreams = "tested"', "expected a list of names"),
        ('[plans.large]\nallowed_upstreams = ["nowhere"]', "There is no upstream 'nowhere'"),
        ("[groups.gold]\nweight = 0", "at least 0.001"),
        ("[groups.gold]\nshare = 2", "not a setting that a file keeps"),
        ("[flows.ann]\nweight = 2", "A file of limits is"),
    ],
)
def test_nonsense_about_plans_and_groups_is_refused(
    upstream: Upstream, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(f"{text}\n")
    with pytest.raises(CommandError, match=words) as error:
        limiter("apply", str(path))
    assert error.value.returncode == 2


def test_settings_declare_plans_and_groups_too(upstream: Upstream, settings: Settings) -> None:
    settings.LIMITER_PLANS = {"large": {"weight": 3}}
    settings.LIMITER_GROUPS = {"gold": {"weight": 2}}
    assert limiter("apply") == "plan large (new):\n  weight: 1 → 3\ngroup gold (new):\n  weight: 1 → 2\n"
    settings.LIMITER_GROUPS = {"gold": {"wait": 2}}
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
