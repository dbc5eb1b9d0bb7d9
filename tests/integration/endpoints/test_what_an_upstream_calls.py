"""An endpoint's row, the environment where it is empty, and the sentences that refuse what can't work."""

from __future__ import annotations

from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from pytest_django.fixtures import Settings

from feedback.dispatch import upstreams
from feedback.models import Endpoint, LanguageModel
from feedback.providers.models.catalogue import read_catalogue
from feedback.providers.models.generation import Way
from feedback.selectors.upstreams.endpoints import forget, target_of
from feedback.services.upstreams.endpoints import address_allowed, change_endpoint, change_model, seed_models
from tests.commands import manage

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db


def change(**changes: Any) -> Endpoint:
    row = change_endpoint(upstream="bedrock", changes=changes, **BY)
    forget()
    return row


def refused(**changes: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        change(**changes)
    return caught.value.message_dict


def test_every_model_of_the_release_is_a_valid_row() -> None:
    rows = LanguageModel.objects.all()
    assert {row.name for row in rows} >= set(read_catalogue().models)
    for row in rows:
        row.full_clean(validate_unique=False)
        kept = read_catalogue().models[row.name]
        assert (row.facts().id, row.facts().efforts) == (kept.id, kept.efforts)


def test_without_any_word_the_default_is_called_by_the_profile_of_the_region(settings: Settings) -> None:
    default = read_catalogue().default
    settings.BEDROCK_MODEL_ID, settings.BEDROCK_REGION = "", "eu-central-1"
    target = target_of("bedrock")
    assert (target.model_id, target.geography) == (f"eu.{default.id}", "eu")
    settings.BEDROCK_REGION = "us-west-2"
    assert target_of("bedrock").model_id == f"us.{default.id}"


def test_an_id_of_the_environment_is_called_as_it_is(settings: Settings) -> None:
    settings.BEDROCK_MODEL_ID = "eu.anthropic.claude-opus-4-7"
    target = target_of("bedrock")
    assert (target.model_id, target.facts.name) == ("eu.anthropic.claude-opus-4-7", "claude-opus-4-7")
    assert target.generation.temperature is None


def test_a_stranger_is_asked_as_every_model_can_be_asked(settings: Settings) -> None:
    profile = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc"
    settings.BEDROCK_MODEL_ID = profile
    target = target_of("bedrock")
    assert (target.model_id, target.generation.way, target.generation.temperature) == (
        profile, Way.TEXT, None,
    )  # fmt: skip
    assert target.budgets.ceiling is None


def test_never_worldwide_unless_an_operator_says_so() -> None:
    change(model="claude-sonnet-4-5", region="eu-central-1")
    assert target_of("bedrock").model_id.startswith("eu.")
    change(worldwide=True)
    assert (target_of("bedrock").model_id[:7], target_of("bedrock").geography) == ("global.", "global")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"model": "claude-opus-4-7", "temperature": 0.5}, "temperature", "takes no temperature"),
        ({"model": "claude-3-haiku"}, "model", "has ended on"),
        ({"model": "claude-sonnet-4-5", "longest_answer": 999_999}, "longest_answer", "writes at most"),
        ({"model": "claude-sonnet-4-5", "tier": "flex"}, "tier", "has no tier flex"),
        ({"model": "claude-sonnet-4-5", "cache": "2d"}, "cache", "has no cache 2d"),
        ({"model": "claude-sonnet-4-5", "effort": "extreme"}, "effort", "has no effort extreme"),
        ({"model": "llama-3-3-70b", "way": "json_schema"}, "way", "enforces no JSON schema"),
        ({"model": "claude-sonnet-4-5", "region": "sa-east-1"}, "region", "is not offered"),
        ({"model": "claude-sonnet-4-5", "region": "nowhere"}, "region", "is not a region"),
        ({"temperature": 1.5}, "temperature", "between 0 and 1"),
        ({"temperature": "warm"}, "temperature", "must be a float"),
        ({"guardrail_version": "1"}, "guardrail_version", "without a guardrail"),
        ({"address": "https://example.org/"}, "address", "may not be sent there"),
        ({"address": "http://bedrock.amazonaws.com/"}, "address", "may not be sent there"),
        ({"key_variable": "SECRET_KEY"}, "key_variable", "Only a chat-completions server"),
        ({"model": "no-such-model"}, "model", "There is no model no-such-model"),
        ({"extra_fields": "{"}, "extra_fields", "not JSON"),
    ],
)
def test_what_cannot_work_is_refused_at_the_field(changes: Any, field: str, words: str) -> None:
    found = refused(**changes)
    assert words in " ".join(found.get(field, [])), found
    assert not Endpoint.objects.filter(upstream="bedrock", version__gt=1).exists()


def test_a_server_of_ones_own_needs_address_model_and_a_key_that_is_one(settings: Settings) -> None:
    settings.PROVIDER_ADDRESSES = ["gpu.example.edu"]
    here = {"provider": "openai_compatible", "address": "https://gpu.example.edu/v1", "called_as": "qwen"}
    assert set(refused(provider="openai_compatible")) == {"address", "called_as"}
    assert "must end in _API_KEY" in refused(**here, key_variable="SECRET_KEY")["key_variable"][0]
    assert "Bedrock's alone" in refused(**here, guardrail="g-1")["guardrail"][0]
    change(**here, key_variable="CAMPUS_API_KEY")
    assert target_of("bedrock").geography == "here"


def test_texts_go_to_hosts_alone_that_somebody_with_the_machine_has_named(settings: Settings) -> None:
    settings.PROVIDER_ADDRESSES = ["*.example.edu"]
    assert address_allowed("https://gpu.example.edu/v1")
    assert address_allowed("https://bedrock-runtime.eu-central-1.amazonaws.com")
    assert address_allowed("https://vpce-1.bedrock-runtime.eu-central-1.vpce.amazonaws.com")
    assert not address_allowed("https://amazonaws.com.example.org")
    settings.PRODUCTION = True
    assert not address_allowed(settings.SIMULATOR_URL)


def test_a_change_acts_at_the_next_call_and_keeps_the_same_provider_otherwise() -> None:
    before = upstreams.provider_for("bedrock")
    assert upstreams.provider_for("bedrock") is before
    change(model="claude-opus-4-7")
    after = upstreams.provider_for("bedrock")
    assert after is not before
    assert "claude-opus-4-7" in after.model
    assert after.version != before.version


def test_what_an_operator_corrected_outlives_a_release() -> None:
    change_model(name="claude-opus-4-7", values={"longest_answer": 1234}, **BY)
    assert seed_models() == 0
    assert LanguageModel.objects.get(name="claude-opus-4-7").longest_answer == 1234
    LanguageModel.objects.filter(name="claude-opus-4-8").update(longest_answer=1)
    assert seed_models() == 1


def test_a_model_that_no_release_knows_is_added_without_code() -> None:
    values = {
        "title": "Campus 7B",
        "model_id": "campus.seven-b-v1:0",
        "in_region": True,
        "accepts_tools": True,
    }
    change_model(name="campus-7b", values=values, **BY)
    change(model="campus-7b")
    target = target_of("bedrock")
    assert (target.model_id, target.generation.way) == ("campus.seven-b-v1:0", Way.TOOL)


def test_a_model_in_use_is_not_deleted() -> None:
    from django.db.models import ProtectedError

    change(model="claude-opus-4-7")
    with pytest.raises(ProtectedError):
        LanguageModel.objects.get(name="claude-opus-4-7").delete()


# From the terminal ------------------------------------------------------------------------------


@pytest.fixture
def committed(redis_client: object, transactional_db: None) -> None:
    """A command closes its connection at its end."""


def limiter(*words: str) -> CompletedProcess[str]:
    return manage("limiter", *words, "--reason", "a test")


def test_the_command_changes_limits_and_endpoint_together(
    redis_client: object, transactional_db: None
) -> None:
    done = limiter("set", "bedrock", "model=claude-opus-4-7", "burst=7")
    assert done.returncode == 0, done
    assert "model: none → claude-opus-4-7" in done.stdout
    assert "7" in done.stdout
    forget()
    assert "claude-opus-4-7" in target_of("bedrock").model_id
    assert "Nothing changes." in limiter("set", "bedrock", "model=claude-opus-4-7").stdout


def test_the_command_refuses_in_one_line_and_changes_neither(
    redis_client: object, transactional_db: None
) -> None:
    done = limiter("set", "bedrock", "burst=9", "model=claude-opus-4-7", "temperature=0.3")
    assert done.returncode == 2
    assert "temperature: " in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert Endpoint.objects.get(upstream="bedrock").model is None


def test_migrating_again_changes_nothing() -> None:
    change(longest_answer=700)
    call_command("migrate", verbosity=0)
    assert Endpoint.objects.get(upstream="bedrock").longest_answer == 700
