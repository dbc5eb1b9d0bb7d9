from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

SMALL = ("--students", "12", "--sections", "60")


def simulate(*arguments: str) -> str:
    out = StringIO()
    call_command("simulate", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def data(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(simulate(*arguments, "--json"))
    return found


def without_real_time(found: dict[str, Any]) -> dict[str, Any]:
    for scenario in found["scenarios"]:
        del scenario["took_seconds"], scenario["took_cpu_seconds"]
    return found


def test_the_table_sets_the_policies_side_by_side() -> None:
    table = simulate("outage", *SMALL)
    for words in (
        "No gate",
        "Shared bucket",
        "+ fair choice",
        "Throttled",
        "ended in under 1 s",
        "62.5 calls",
    ):
        assert words in table


def test_deadline_night_is_what_is_shown_unasked() -> None:
    assert "Deadline night" in simulate(*SMALL)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    first = without_real_time(data("herd", *SMALL, "--seed", "5"))
    assert first == without_real_time(data("herd", *SMALL, "--seed", "5"))
    assert first != without_real_time(data("herd", *SMALL, "--seed", "6"))


def test_the_schema_for_programs() -> None:
    found = data("quota_cut", "--policy", "fair", *SMALL)
    assert set(found) == {"schema", "scenarios", "ladder", "littles_law"}
    assert found["schema"] == 2
    (scenario,) = found["scenarios"]
    (policy,) = scenario["policies"]
    assert (scenario["name"], scenario["students"], scenario["sections"]) == ("quota_cut", 12, 60)
    assert policy["name"] == "fair"
    assert policy["figures"]["jobs"] == 60
    assert set(policy["minutes"]) == {"waiting", "in_flight", "started", "throttled", "failed"}
    assert found["littles_law"][0]["mean"] == 62.5


def test_the_ladder_has_every_rung_and_the_law_for_its_slots() -> None:
    found = data("ladder")
    assert [step["rung"] for step in found["ladder"]["steps"]] == ["1", "1", "2", "2", "3", "3", "3"]
    assert [step["quota"] for step in found["ladder"]["steps"]] == [30.0] * 6 + [80.0]
    assert [row["per_minute"] for row in found["littles_law"]] == [30.0, 80.0]


def test_the_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    simulate("flood", "--policy", "bucket", "--policy", "fair", *SMALL, "--html", str(page))
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 5
    assert "One floods" in html
    assert "<script" not in html
    assert "<link" not in html
    assert "src=" not in html
    assert "prefers-color-scheme: dark" in html


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tsunami"], "There is no scenario 'tsunami'"),
        (["--policy", "luck"], "There is no policy 'luck'"),
        (["--rate", "0"], "The rate must be between 1 and"),
        (["--rate", "nan"], "The rate must be between 1 and"),
        (["--quota", "-1"], "A quota must always be between 1 and"),
        (["--students", "many"], "invalid int value: 'many'"),
        (["--students", "0"], "At least one student must come"),
        (["--slots", "1"], "Slots must be between"),
        (["steady", *SMALL, "--html", "/no/such/folder/report.html"], "No such file or directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_nonsense_ends_with_status_2_and_one_line(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError) as refusal:
        simulate(*arguments)
    assert refusal.value.returncode == 2
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_nonsense_at_the_terminal_ends_with_status_2_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    from limiter.management.commands.simulate import Command

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "simulate", "--students", "many"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
