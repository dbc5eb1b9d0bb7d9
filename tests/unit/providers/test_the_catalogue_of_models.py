"""The table of models is whole, sourced, and without contradictions."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlparse

import pytest
from botocore.model import StringShape
from botocore.session import Session

from feedback.providers.models.catalogue import ModelFacts, find, prefix_of, read_catalogue, unknown

NAMES = {"name", "title", "id", "family", "service", "aliases", "sources"}
FACTS = set(ModelFacts.__dataclass_fields__) - NAMES
TODAY = datetime.date(2026, 11, 30)
MODELS = list(read_catalogue().models.values())
BEDROCK = [model for model in MODELS if model.service == "bedrock"]
RUNTIME = Session().get_service_model("bedrock-runtime")


def choices(shape: str) -> set[str]:
    return set(cast("StringShape", RUNTIME.shape_for(shape)).enum)


def named(model: ModelFacts) -> str:
    return model.name


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_facts_agree_with_each_other(model: ModelFacts) -> None:
    assert 0 < model.longest_answer < model.context
    assert model.accepts_any_tool or not model.accepts_forced_tool
    assert model.accepts_tools or not (model.accepts_any_tool or model.accepts_strict_tools)
    assert bool(model.cache_minimum) == bool(model.cache_ttls)
    assert model.thinking in ("never", "asked", "default", "always")
    assert model.burndown in (1.0, 5.0)
    if model.legacy_from and model.end_of_life:
        assert model.legacy_from < model.end_of_life


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_every_source_has_an_address_and_belongs_to_a_fact(model: ModelFacts) -> None:
    assert model.sources
    for source in model.sources:
        assert urlparse(source.address).scheme == "https"
        assert source.content
        assert source.checked == TODAY
        assert set(source.facts) <= FACTS


@pytest.mark.parametrize("model", BEDROCK, ids=named)
def test_what_goes_beyond_the_cautious_default_has_a_source(model: ModelFacts) -> None:
    default = unknown(model.id)
    sourced = {fact for source in model.sources for fact in source.facts}
    for fact in sorted(FACTS):
        if getattr(model, fact) != getattr(default, fact):
            assert fact in sourced, fact


@pytest.mark.parametrize("model", BEDROCK, ids=named)
def test_bedrock_could_be_sent_what_the_facts_allow(model: ModelFacts) -> None:
    assert set(model.service_tiers) <= choices("ServiceTierType")
    assert set(model.cache_ttls) <= choices("CacheTTL")
    assert model.geographies or model.in_region
    assert model.count_tokens_id in ("", model.id)


def test_no_id_means_two_models() -> None:
    ids = [model.id for model in BEDROCK]
    assert len(set(ids)) == len(ids)
    for model in BEDROCK:
        assert find(model.id) is model


def test_the_families_that_were_asked_for_are_there() -> None:
    families = {model.family for model in MODELS}
    assert families >= {"Claude", "Nova", "Llama", "Mistral", "DeepSeek", "Qwen", "gpt-oss", "Command"}


@pytest.mark.parametrize(
    "model_id",
    [
        "claude-opus-4-7",
        "anthropic.claude-opus-4-7",
        "eu.anthropic.claude-opus-4-7",
        "global.anthropic.claude-opus-4-7",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-7",
        "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-7",
        "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-opus-4-7",
    ],
)
def test_a_model_is_found_by_each_id_that_means_it(model_id: str) -> None:
    model = find(model_id)
    assert model is not None
    assert model.name == "claude-opus-4-7"


@pytest.mark.parametrize(
    "model_id",
    [
        "",
        "anthropic.claude-opus-9",
        "mars.anthropic.claude-opus-4-7",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6",
        "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3d4e5f6",
        "arn:aws:bedrock:us-east-1:123456789012:imported-model/a1b2c3d4e5f6",
    ],
)
def test_what_names_no_model_is_not_guessed(model_id: str) -> None:
    assert find(model_id) is None


def test_an_alias_means_its_model() -> None:
    model = find("openai.gpt-oss-20b")
    assert model is not None
    assert model.name == "gpt-oss-20b"


@pytest.mark.parametrize(
    ("model_id", "geography"),
    [
        ("us-gov.anthropic.claude-sonnet-5", "us-gov"),
        ("arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0", "eu"),
        ("anthropic.claude-sonnet-5", ""),
        ("in.anthropic.claude-sonnet-5", "in"),
    ],
)
def test_an_id_shows_how_far_it_reaches(model_id: str, geography: str) -> None:
    assert prefix_of(model_id) == geography


def test_an_unknown_model_gets_nothing_that_it_could_refuse() -> None:
    model = unknown("some.model-v1:0")
    allowed = [name for name in ModelFacts.__dataclass_fields__ if name.startswith("accepts_")]
    assert not any(getattr(model, name) for name in allowed)
    assert not model.efforts
    assert not model.cache_minimum
    assert model.service_tiers == ("default",)
    assert model.requests_enforced
    assert model.price is None


def test_the_newest_claude_models_are_not_sent_what_they_refuse() -> None:
    for name in ("claude-opus-4-7", "claude-opus-5", "claude-sonnet-5", "claude-haiku-5-5"):
        model = read_catalogue().models[name]
        assert not model.accepts_temperature
        assert not model.requests_enforced
        assert model.accepts_forced_tool
    for name in ("claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1"):
        assert not read_catalogue().models[name].accepts_any_tool


def test_the_default_is_current_near_and_far() -> None:
    default = read_catalogue().default
    assert {"us", "eu"} <= set(default.geographies)
    assert default.end_of_life is None
    assert default.legacy_from is None
    assert default.accepts_forced_tool
    assert default.price is not None
    assert default.price.output <= 15


def test_a_model_has_ended_from_its_last_day_on() -> None:
    model = read_catalogue().models["claude-opus-4-1"]
    assert not model.ended(datetime.date(2027, 1, 7))
    assert model.ended(datetime.date(2027, 1, 8))
    assert not read_catalogue().default.ended(datetime.date(2030, 1, 1))


def test_a_geographic_profile_costs_more_and_flex_less() -> None:
    models = read_catalogue().models
    sonnet, nova = models["claude-sonnet-5"].price, models["nova-pro"].price
    assert sonnet is not None
    assert nova is not None
    assert sonnet.factor() == sonnet.factor(geography="global") == 1.0
    assert sonnet.factor(geography="eu") == 1.1
    assert sonnet.factor(geography="in") == 1.2  # not in the sources: as the dearest one
    assert nova.factor(tier="flex") == 0.5
    assert nova.factor(tier="reserved") == 1.0


def test_a_long_prompt_costs_more_where_the_maker_says_so() -> None:
    price = read_catalogue().models["claude-haiku-5-5"].price
    assert price is not None
    assert price.factor(prompt=100_000) == 1.0
    assert price.factor(prompt=100_001) == 5.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('accept_tools = true\nsources = [{ facts = ["context"], from = ["here"] }]', "accept_tools"),
        ('sources = [{ facts = ["context"], from = ["nowhere"] }]', "nowhere"),
        ("", "sources"),
    ],
)
def test_a_table_with_a_mistake_names_its_model(tmp_path: Path, change: str, reason: str) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        'checked = 2026-11-30\ndefault = "a"\n[sources.here]\naddress = "https://x.org"\ncontent = "x"\n'
        f'[[models]]\nname = "a"\ntitle = "A"\nid = "x.a"\n{change}\n'
    )
    with pytest.raises(ValueError, match=f"models.toml, a: .*{reason}"):
        read_catalogue(file)
