"""The id that is called keeps the text within the region's geography unless an operator asks otherwise."""

from __future__ import annotations

import pytest
from botocore.session import Session

from feedback.providers.models.catalogue import ModelFacts, prefix_of, read_catalogue, unknown
from feedback.providers.models.geography import APART, geographies_of, geography_of, profile_id

SESSION = Session()
REGIONS = [
    region
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("bedrock", partition)
]
MODELS = [model for model in read_catalogue().models.values() if model.service == "bedrock"]


def model(name: str) -> ModelFacts:
    return read_catalogue().models[name]


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_that_botocore_knows_for_bedrock_has_a_geography(region: str) -> None:
    assert geography_of(region)


def test_there_are_regions_to_know() -> None:
    assert len(REGIONS) > 30


@pytest.mark.parametrize(
    ("region", "geography"),
    [
        ("eu-central-1", "eu"),
        ("us-east-1", "us"),
        ("us-gov-west-1", "us-gov"),
        ("us-isob-east-1", "us-isob"),
        ("eusc-de-east-1", "eusc"),
        ("ap-northeast-1", "jp"),
        ("ap-southeast-2", "au"),
        ("ap-south-1", "in"),
        ("ap-northeast-2", "apac"),
        ("ca-central-1", "ca"),
    ],
)
def test_a_region_lies_in(region: str, geography: str) -> None:
    assert geography_of(region) == geography


def test_a_country_without_a_profile_of_its_own_is_part_of_the_wider_geography() -> None:
    assert geography_of("ap-northeast-1", model("nova-pro")) == "apac"
    assert geography_of("ap-northeast-1", model("claude-sonnet-5")) == "jp"


@pytest.mark.parametrize("name", ["", "mars-north-1", "Frankfurt"])
def test_what_is_no_region_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a region"):
        geography_of(name)


@pytest.mark.parametrize("each", MODELS, ids=lambda each: each.name)
def test_no_call_leaves_its_geography_unasked(each: ModelFacts) -> None:
    for region in REGIONS:
        try:
            called = profile_id(each, region)
        except ValueError as error:
            assert str(error).startswith(f"{each.title} is not offered within the geography of {region}.")
        else:
            assert prefix_of(called) in ("", *geographies_of(region))
            assert called.endswith(each.id)


def test_the_profile_comes_before_the_bare_id() -> None:
    assert profile_id(model("nova-pro"), "eu-west-1") == "eu.amazon.nova-pro-v1:0"


def test_the_bare_id_is_called_where_no_profile_is_near() -> None:
    assert profile_id(model("nova-pro"), "sa-east-1") == "amazon.nova-pro-v1:0"
    assert profile_id(model("qwen3-32b"), "eu-central-1") == "qwen.qwen3-32b-v1:0"


def test_a_refusal_names_the_profiles_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"Claude Opus 4\.1 is not offered .* eu-central-1\. .*: us\."):
        profile_id(model("claude-opus-4-1"), "eu-central-1")


def test_an_unknown_model_has_no_profile() -> None:
    with pytest.raises(ValueError, match=r"x\.y is not offered .* It has no profile\."):
        profile_id(unknown("x.y"), "us-east-1")


def test_worldwide_is_called_only_when_asked() -> None:
    assert (
        profile_id(model("claude-sonnet-5"), "sa-east-1", worldwide=True)
        == "global.anthropic.claude-sonnet-5"
    )
    with pytest.raises(ValueError, match="no worldwide profile"):
        profile_id(model("claude-opus-4-1"), "us-east-1", worldwide=True)


@pytest.mark.parametrize("region", [region for region in REGIONS if geography_of(region) in APART])
def test_what_lies_apart_reaches_nothing_worldwide(region: str) -> None:
    with pytest.raises(ValueError, match="no worldwide profile"):
        profile_id(model("claude-sonnet-5"), region, worldwide=True)
