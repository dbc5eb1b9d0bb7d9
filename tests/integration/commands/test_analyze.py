"""analyze: the main job from the terminal, with a worker of its own where none runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command

from feedback.models import Document, Job
from tests.commands import manage
from tests.running import PATIENCE, ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(
    child_environment: dict[str, str], redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Ours as well: the worker that the command starts shall see the test's database."""
    for name, value in child_environment.items():
        monkeypatch.setenv(name, value)
    return child_environment


def from_a_shell(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "django", "analyze", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def report_in(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


@pytest.mark.parametrize("sample", ["essay.docx", "lab-report.pdf"])
def test_the_offsets_cut_exactly_the_quoted_words(environment: dict[str, str], sample: str) -> None:
    report = report_in(manage("analyze", str(ROOT / "examples" / sample), "--json", "--provider", "offline"))
    assert len(report["sections"]) > 3
    comments = [(part["text"], comment) for part in report["sections"] for comment in part["comments"]]
    assert comments
    for text, comment in comments:
        assert text[comment["start"] : comment["end"]] == comment["quote"]
    assert "".join(section["text"] for section in report["sections"]) == Document.objects.get().text
    assert report["summary"]["summary"]
    assert report["provider"]["name"] == "offline"
    assert report["timings"]["total"] > 0


def test_people_get_it_in_print_after_every_job_passed_the_queue_and_its_calls_the_gate(
    environment: dict[str, str],
) -> None:
    ended = from_a_shell(environment, str(ROOT / "examples" / "reflection.md"), "--provider", "offline")
    assert ended.returncode == 0, ended.stderr
    assert "On the whole" in ended.stdout
    assert "Written by offline" in ended.stdout
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    calls = Job.objects.filter(kind__in=["analyse", "summarise"])
    assert not calls.filter(lease__isnull=True).exists()
    assert set(calls.values_list("upstream", flat=True)) == {"offline"}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("missing.txt", None, "No such file"),
        ("empty.txt", b"", "no text"),
        ("blank.md", b" \n\t\n", "no text"),
        ("notes.xyz", b"words", "type"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(
    transactional_db: None, tmp_path: Path, name: str, data: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CommandError, match=says) as refused:
        call_command("analyze", str(path), provider="offline")
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("broken.docx", b"PK\x03\x04 and then nothing", "damaged"),
        ("binary.txt", bytes(range(256)) * 50, "."),
    ],
)
def test_a_bad_document_ends_with_one_line_and_status_2(
    environment: dict[str, str], tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    ended = manage("analyze", str(path), "--provider", "offline")
    lines = [line for line in ended.stderr.splitlines() if line.startswith("CommandError")]
    assert ended.returncode == 2
    assert len(lines) == 1
    assert says in lines[0]
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_an_unknown_provider_is_refused() -> None:
    ended = manage("analyze", "x.txt", "--provider", "oracle")
    assert ended.returncode == 2
    assert "invalid choice: 'oracle'" in ended.stderr


def test_in_solo_the_same_jobs_run_without_redis(environment: dict[str, str]) -> None:
    solo = {**environment, "PROFILE": "solo", "REDIS_URL": "unix:///nowhere/redis.sock"}
    sample = str(ROOT / "examples" / "reflection.md")
    report = report_in(from_a_shell(solo, sample, "--json", "--provider", "offline"))
    assert report["summary"]["summary"]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
