"""The catalogue of models, read from models.toml: a record a model, found by any id that means it."""

from __future__ import annotations

import datetime
import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).with_name("models.toml")

# What stands before a foundation model's id in the id of a cross-region profile.
PREFIXES = ("us-gov", "us", "eu", "apac", "jp", "au", "in", "ca", "global")
PROFILE = re.compile(rf"({'|'.join(PREFIXES)})\.(.+)")

# Only these kinds of ARN end in an id that names the model; those of application profiles do not.
ARN = re.compile(r"arn:[\w-]+:bedrock:[\w-]*:\d*:(?:foundation-model|inference-profile)/(.+)")


@dataclass(frozen=True, slots=True)
class Source:
    """The source of some facts, and the day they were looked up."""

    facts: tuple[str, ...]
    address: str
    content: str  # what stands there
    checked: datetime.date


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, of the bare id or the global profile on the standard tier."""

    input: float
    output: float
    cache_read: float | None = None  # None: not known, counts as input
    cache_write: float | None = None
    cache_write_1h: float | None = None
    factors: Mapping[str, float] = field(default_factory=dict)  # by geography, where its profile costs more
    flex_factor: float | None = None  # None: the tier's price is not known
    priority_factor: float | None = None
    long_prompt: int = 0  # tokens of input above which all of the call costs long_factor times; 0: never
    long_factor: float = 1.0

    def factor(self, *, geography: str = "", tier: str = "default", prompt: int = 0) -> float:
        """The price in multiples of these figures. A geography without a factor counts as the dearest."""
        by_tier = {"flex": self.flex_factor, "priority": self.priority_factor}.get(tier) or 1.0
        by_length = self.long_factor if self.long_prompt and prompt > self.long_prompt else 1.0
        return self._of(geography) * by_tier * by_length

    def _of(self, geography: str) -> float:
        if geography in ("", "global"):
            return 1.0
        return self.factors.get(geography, max(self.factors.values(), default=1.0))


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The facts of a model: its abilities. Each default is the cautious one, for a fact that is not known."""

    name: str
    title: str
    id: str  # of the foundation model; empty: not one model but a kind of server
    family: str = ""
    service: str = "bedrock"  # or "openai"
    aliases: tuple[str, ...] = ()  # other ids that mean it, with * and ?
    geographies: tuple[str, ...] = ()  # of its cross-region profiles, "global" among them
    in_region: bool = False  # may be called by its bare id, where the region has it
    longest_answer: int = 2_048  # tokens, thinking included
    context: int = 32_000  # tokens, question and answer together
    accepts_temperature: bool = False
    accepts_top_p: bool = False
    takes_both_sampling_fields: bool = False  # temperature and top-p in one request
    accepts_tools: bool = False
    accepts_any_tool: bool = False  # toolChoice any: with a single tool as good as a forced one
    accepts_forced_tool: bool = False  # toolChoice tool
    accepts_strict_tools: bool = False
    accepts_json_schema: bool = False  # outputConfig.textFormat; text that holds JSON needs no ability
    thinking: str = "never"  # "asked", "default" (can be switched off) or "always"; it counts as output
    cache_minimum: int = 0  # tokens of the smallest prompt that is cached; 0: no cache point may be sent
    cache_ttls: tuple[str, ...] = ()  # "5m", "1h"
    efforts: tuple[str, ...] = ()  # from the least to the most; empty: the field may not be sent
    service_tiers: tuple[str, ...] = ("default",)
    burndown: float = 5.0  # tokens of quota for one of output
    requests_enforced: bool = True  # requests a minute are limited as well as tokens
    count_tokens_id: str = ""  # what CountTokens takes; empty: it does not take this model
    price: Price | None = None
    legacy_from: datetime.date | None = None
    end_of_life: datetime.date | None = None
    sources: tuple[Source, ...] = ()

    def ended(self, day: datetime.date) -> bool:
        return self.end_of_life is not None and self.end_of_life <= day


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: Mapping[str, ModelFacts]  # by name, in the file's order
    default: ModelFacts
    checked: datetime.date


def unknown(model_id: str) -> ModelFacts:
    """A model that is not in the catalogue: it is given no more than what every model can do."""
    return ModelFacts(name="", title=model_id, id=model_id)


@functools.cache
def read_catalogue(path: Path = FILE) -> Catalogue:
    """The whole file. Raises ValueError with the model's name where a table is not as it has to be."""
    content = tomllib.loads(path.read_text("utf-8"))
    read = [_model(table, content["sources"], content["checked"]) for table in content["models"]]
    models = {model.name: model for model in read}
    if len(models) < len(read):
        raise ValueError("models.toml has a name twice")
    return Catalogue(MappingProxyType(models), models[content["default"]], content["checked"])


def find(model_id: str, models: Mapping[str, ModelFacts] | None = None) -> ModelFacts | None:
    """What an id, a profile's id, an ARN or a name means; None for application profiles and the unknown.

    `models`, by name, stand in place of the file's.
    """
    models = read_catalogue().models if models is None else models
    if model_id in models:
        return models[model_id]
    bare = bare_id(model_id)
    return next((model for model in models.values() if _means(model, bare)), None)


def bare_id(model_id: str) -> str:
    """The foundation model's id within a profile's id or an ARN; anything else as it is."""
    if arn := ARN.fullmatch(model_id):
        model_id = arn[1]
    if profile := PROFILE.fullmatch(model_id):
        model_id = profile[2]
    return model_id


def prefix_of(model_id: str) -> str:
    """The geography that a profile's id or ARN names ("eu", "global"); empty where none does."""
    if arn := ARN.fullmatch(model_id):
        model_id = arn[1]
    profile = PROFILE.fullmatch(model_id)
    return profile[1] if profile else ""


def _means(model: ModelFacts, bare: str) -> bool:
    return bool(model.id) and (bare == model.id or any(fnmatchcase(bare, alias) for alias in model.aliases))


def _model(table: dict[str, Any], addresses: Mapping[str, Any], checked: datetime.date) -> ModelFacts:
    name = table.get("name", "")
    try:
        _expect(table, ModelFacts)
        _expect(price := table.pop("price", None) or {}, Price)
        sources = tuple(_sources(table.pop("sources"), addresses, checked))
        facts: dict[str, Any] = {key: _frozen(value) for key, value in table.items()}
        return ModelFacts(**facts, price=Price(**price) if price else None, sources=sources)
    except (KeyError, TypeError) as error:
        raise ValueError(f"models.toml, {name or 'a model without a name'}: {error}") from error


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _expect(table: Mapping[str, Any], kind: type) -> None:
    unexpected = table.keys() - {each.name for each in fields(kind)}
    if unexpected:
        raise TypeError(f"no such fact: {', '.join(sorted(unexpected))}")


def _sources(
    groups: list[dict[str, Any]], addresses: Mapping[str, Any], checked: datetime.date
) -> list[Source]:
    return [
        Source(tuple(group["facts"]), addresses[key]["address"], addresses[key]["content"], checked)
        for group in groups
        for key in group["from"]
    ]
