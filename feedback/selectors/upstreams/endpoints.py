"""The endpoint of an upstream's calls: its row, the environment where that is empty, and what was learnt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from feedback.models import Endpoint, LanguageModel, LearntRefusal
from feedback.providers.models.catalogue import ModelFacts, find, prefix_of, read_catalogue, unknown
from feedback.providers.models.choice import Choice, budgets_of, generation_of
from feedback.providers.models.generation import Generation
from feedback.providers.models.geography import geography_of, profile_id
from feedback.providers.prompting.budgets import OutputBudgets

SOON = timedelta(days=90)  # before a model's end, from when an operator should choose another
SEEN_FOR = 2.0  # seconds for which a process goes by what it read
HERE = "here"  # the geography of a server that this site's operator named
SERVER = "server"  # ... and of what never leaves this server
COMPATIBLE = "compatible"  # the upstream of the server that the environment names
ANY_SERVER = "chat-completions"  # the row of a model that no other row describes, behind such a server
LOCAL = ("offline", "simulated")  # upstreams with work that never leaves this server

Provider = Endpoint.Provider


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a call, and its settings."""

    upstream: str
    provider: str  # an Endpoint.Provider
    model_id: str
    facts: ModelFacts
    generation: Generation
    budgets: OutputBudgets
    region: str = ""
    address: str = ""  # empty: the region's own
    credentials_profile: str = ""
    credentials_role: str = ""
    key_variable: str = ""

    @property
    def geography(self) -> str:
        """Within which a text stays: a profile's, else the region's; HERE for a server of one's own."""
        if self.provider == Provider.SIMULATED:
            return SERVER
        if self.provider == Provider.OPENAI_COMPATIBLE:
            return HERE
        return prefix_of(self.model_id) or geography_of(self.region, self.facts)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment's settings of one upstream."""

    provider: str
    model: str = ""  # a name of the catalogue, an id or an ARN
    region: str = ""
    address: str = ""
    key_variable: str = ""


def target_of(upstream: str) -> Target:
    """As a call made now would find it; a process believes what it read for two seconds.

    Raises LookupError where nothing is called behind that upstream.
    """
    at, target = _seen.get(upstream, (-SEEN_FOR, None))
    if target is None or time.monotonic() - at > SEEN_FOR:
        target = _read(upstream)
        _seen[upstream] = (time.monotonic(), target)
    return target


_seen: dict[str, tuple[float, Target]] = {}


def forget() -> None:
    """Have this process look again at once."""
    _seen.clear()


def called_upstreams() -> list[str]:
    """The upstreams behind which a provider is called, the default first: those that work can reach."""
    default = [settings.FEEDBACK_UPSTREAM] if settings.FEEDBACK_UPSTREAM not in LOCAL else []
    compatible = [COMPATIBLE] if settings.COMPATIBLE_URL else []
    return list(dict.fromkeys((*default, *settings.BEDROCK_UPSTREAMS, *compatible)))


def models_called() -> Iterator[tuple[str, ModelFacts]]:
    """What is known of the model behind each upstream that work can reach."""
    for upstream in called_upstreams():
        try:
            yield upstream, target_of(upstream).facts
        except (LookupError, ValueError):
            continue  # doctor says what does not go together


def geography_of_upstream(upstream: str) -> str:
    return SERVER if upstream in LOCAL else target_of(upstream).geography


def facts_of(model: str) -> ModelFacts:
    """What is known of a model, by name, id, profile or ARN: the table rules, and a stranger gets little."""
    rows = {row.name: row.facts() for row in LanguageModel.objects.all()}
    return find(model, rows) or unknown(model)


def choice_of(row: Endpoint) -> Choice:
    return Choice(**{each.name: getattr(row, each.name) for each in fields(Choice)})


def surroundings_of(upstream: str) -> Surroundings:
    """Raises LookupError for an upstream that the environment does not know."""
    if upstream in settings.BEDROCK_UPSTREAMS:
        own = settings.BEDROCK_UPSTREAMS[upstream]
        return Surroundings(Provider.BEDROCK, own.model, own.region, own.endpoint_url or "")
    if upstream == "bedrock":
        address = settings.BEDROCK_ENDPOINT_URL
        return Surroundings(Provider.BEDROCK, settings.BEDROCK_MODEL_ID, settings.BEDROCK_REGION, address)
    if upstream == "simulated":
        return Surroundings(
            Provider.SIMULATED, settings.BEDROCK_MODEL_ID, settings.BEDROCK_REGION, settings.SIMULATOR_URL
        )
    if upstream == COMPATIBLE and settings.COMPATIBLE_URL:
        return Surroundings(
            Provider.OPENAI_COMPATIBLE,
            settings.COMPATIBLE_MODEL,
            address=settings.COMPATIBLE_URL,
            key_variable=settings.COMPATIBLE_KEY_VARIABLE,
        )
    raise LookupError(f"No provider answers behind the upstream {upstream!r}.")


def _read(upstream: str) -> Target:
    row = Endpoint.objects.select_related("model").filter(upstream=upstream).first()
    return resolve(row or Endpoint(upstream_id=upstream, provider=surroundings_of(upstream).provider))


def resolve(row: Endpoint) -> Target:
    """What a row means. Raises LookupError; ValueError where its model is not offered in its region."""
    around = surroundings_of(row.upstream_id)
    if row.provider != around.provider:  # the row leads elsewhere than the environment
        around = Surroundings(row.provider, region=settings.BEDROCK_REGION)
    region = row.region or around.region
    facts, model_id = _model_of(row, around, region)
    choice = choice_of(row)
    target = Target(
        upstream=row.upstream_id,
        provider=row.provider,
        model_id=model_id,
        facts=facts,
        generation=generation_of(choice, facts),
        budgets=budgets_of(choice, facts, settings.BEDROCK_MAX_TOKENS),
        region=region,
        address=row.address or around.address,
        credentials_profile=row.credentials_profile,
        credentials_role=row.credentials_role,
        key_variable=row.key_variable or around.key_variable,
    )
    return replace(target, generation=_learnt(target))


def _model_of(row: Endpoint, around: Surroundings, region: str) -> tuple[ModelFacts, str]:
    """What is known of the model, and the id to call."""
    if row.model is not None:
        facts = row.model.facts()
        return facts, row.called_as or _called_as(facts, row, region)
    if row.called_as:
        return _facts_at(row.provider, row.called_as), row.called_as
    usual = "" if row.provider == Provider.OPENAI_COMPATIBLE else read_catalogue().default.name
    wanted = around.model or usual
    facts = _facts_at(row.provider, wanted)
    if facts.name != wanted or not facts.id:
        return facts, wanted  # an id, as somebody wrote it
    return facts, _called_as(facts, row, region)


def _facts_at(provider: str, model: str) -> ModelFacts:
    """What is known of a model behind a kind of server: a server of one's own takes more than a stranger."""
    facts = facts_of(model)
    if facts.name or provider != Provider.OPENAI_COMPATIBLE:
        return facts
    return replace(facts_of(ANY_SERVER), title=model)


def _called_as(facts: ModelFacts, row: Endpoint, region: str) -> str:
    if row.provider == Provider.OPENAI_COMPATIBLE:
        return facts.id
    return profile_id(facts, region, worldwide=row.worldwide)


def _learnt(target: Target) -> Generation:
    """The generation without what this model was seen to refuse."""
    generation = target.generation
    for setting in learnt_refusals(target.upstream, target.model_id):
        generation = generation.without(setting)
    return generation


def learnt_refusals(upstream: str, model_id: str) -> list[str]:
    """The settings in force, as codes."""
    in_force = Q(undone_at__isnull=True, expires_at__gt=Now())
    rows = LearntRefusal.objects.filter(in_force, upstream=upstream, model_id=model_id)
    return list(rows.order_by("learnt_at").values_list("setting", flat=True))


def tiers_of(upstream: str) -> tuple[str, ...]:
    """The service tiers that the upstream's model has beside the usual one."""
    if upstream == "offline":
        return ()
    return tuple(tier for tier in target_of(upstream).facts.service_tiers if tier != "default")
