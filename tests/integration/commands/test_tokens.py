"""`manage.py tokens`: how far the estimate lies from the service's count."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from django.core.management import CommandError, call_command

from feedback.dispatch import upstreams
from feedback.operations.doctor import aws
from feedback.operations.doctor.model import Level
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from tests.factories.providers import in_place_of

TEXT = "# Bees\n\n" + "Bees matter because they pollinate the crops that we eat. " * 30
MODEL = "anthropic.claude-sonnet-4-5"


pytestmark = pytest.mark.django_db  # an endpoint is a row


@pytest.fixture
def essay(tmp_path: Path) -> Path:
    (tmp_path / "bees.md").write_text(TEXT)
    return tmp_path / "bees.md"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Bedrock's client, which answers what it is given, behind a model that can be counted."""
    client = boto3.client(
        "bedrock-runtime", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    provider = BedrockProvider(BedrockSettings(model="eu." + MODEL, region="eu-west-1"))
    monkeypatch.setattr(provider, "_connected", lambda: client)
    monkeypatch.setattr(upstreams, "counting_id_of", lambda upstream: MODEL)
    with in_place_of("simulated", provider, monkeypatch), Stubber(client) as stubber:
        yield stubber


def tokens(*words: Any) -> str:
    out = StringIO()
    call_command("tokens", *map(str, words), stdout=out)
    return out.getvalue()


def test_it_says_how_far_the_estimate_is_from_the_count(service: Stubber, essay: Path) -> None:
    service.add_response("count_tokens", {"inputTokens": 1_000})
    lines = tokens(essay, "--upstream", "simulated").splitlines()
    assert lines[0].startswith("Bees: ")
    assert lines[-1].startswith("All of it: ")
    assert "1000 counted" in lines[-1]


def test_a_service_that_fails_is_one_line(service: Stubber, essay: Path) -> None:
    service.add_client_error("count_tokens", "ThrottlingException", http_status_code=429)
    with pytest.raises(CommandError, match="simulated: ") as refused:
        tokens(essay, "--upstream", "simulated")
    assert refused.value.returncode == 1


@pytest.mark.parametrize("upstream", ["offline", "nowhere"])
def test_a_model_that_cant_be_counted_is_refused(essay: Path, upstream: str) -> None:
    with pytest.raises(CommandError) as refused:
        tokens(essay, "--upstream", upstream)
    assert refused.value.returncode == 2


def test_a_file_that_cant_be_read_is_named(service: Stubber, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" ")
    for name in ("missing.md", "empty.txt"):
        with pytest.raises(CommandError, match=name) as refused:
            tokens(tmp_path / name, "--upstream", "simulated")
        assert refused.value.returncode == 2


@pytest.mark.parametrize(("counted", "level"), [(50, Level.OK), (90_000, Level.WARN)])
def test_doctor_compares_them_too(service: Stubber, counted: int, level: Level) -> None:
    service.add_response("count_tokens", {"inputTokens": counted})
    (finding,) = aws._estimate("simulated")
    assert (finding.level, f"counts {counted}" in finding.found) == (level, True)


def test_doctor_says_where_counting_is_refused(service: Stubber) -> None:
    service.add_client_error("count_tokens", "AccessDeniedException", http_status_code=403)
    (finding,) = aws._estimate("simulated")
    assert "can't be counted" in finding.found


def test_doctor_counts_nothing_where_no_id_is_known() -> None:
    assert list(aws._estimate("offline")) == []
