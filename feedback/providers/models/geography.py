"""The geography of calls: where a text may be worked on, by region, and the id that keeps a call there."""

from __future__ import annotations

from .catalogue import ModelFacts

# Regions of countries with profiles of their own; the wider one serves where a model has none of these.
COUNTRIES = {
    "ap-northeast-1": "jp",
    "ap-northeast-3": "jp",
    "ap-southeast-2": "au",
    "ap-southeast-4": "au",
    "ap-south-1": "in",
    "ap-south-2": "in",
}

# By the first part of a region's name, the longer ones first. What is no prefix of a profile (sa, il, ...) is
# a geography of its own: no profile of another one is ever taken for it. All of eu- counts as eu, Zurich and
# London too: from there a profile works within the EU.
PARTS = {
    "us-gov-": "us-gov",
    "us-isob-": "us-isob",
    "us-isof-": "us-isof",
    "us-iso-": "us-iso",
    "us-": "us",
    "eu-isoe-": "eu-isoe",
    "eusc-": "eusc",
    "eu-": "eu",
    "ap-": "apac",
    "ca-": "ca",
    "sa-": "sa",
    "mx-": "mx",
    "il-": "il",
    "me-": "me",
    "af-": "af",
    "cn-": "cn",
}

# The worldwide profile reaches the commercial regions, from there alone.
APART = frozenset({"us-gov", "us-iso", "us-isob", "us-isof", "eu-isoe", "eusc", "cn"})


def geographies_of(region: str) -> tuple[str, ...]:
    """From the narrowest on. Raises ValueError for what is no region's name."""
    wide = next((name for part, name in PARTS.items() if region.startswith(part)), None)
    if wide is None:
        raise ValueError(f"{region or 'An empty name'} is not a region of AWS.")
    return (COUNTRIES[region], wide) if region in COUNTRIES else (wide,)


def geography_of(region: str, model: ModelFacts | None = None) -> str:
    """The narrowest geography, or the narrowest for which the model has a profile where it has one."""
    candidates = geographies_of(region)
    if model is None:
        return candidates[0]
    return next((each for each in candidates if each in model.geographies), candidates[0])


def profile_id(model: ModelFacts, region: str, *, worldwide: bool = False) -> str:
    """The id to call: the profile of the region's geography, else the bare id; worldwide only if asked.

    Raises ValueError with a sentence for the operator where the model is not offered there.
    """
    if worldwide:
        return _worldwide(model, region)
    geography = geography_of(region, model)
    if geography in model.geographies:
        return f"{geography}.{model.id}"
    if model.in_region:
        return model.id
    raise ValueError(f"{model.title} is not offered within the geography of {region}. {_offers(model)}")


def _worldwide(model: ModelFacts, region: str) -> str:
    if "global" in model.geographies and geography_of(region) not in APART:
        return f"global.{model.id}"
    raise ValueError(f"{model.title} has no worldwide profile that {region} can call. {_offers(model)}")


def _offers(model: ModelFacts) -> str:
    if not model.geographies:
        return "It has no profile."
    return f"It has profiles for: {', '.join(model.geographies)}."
