"""Refusals of what a model's abilities don't allow, in the words of the API that asked."""

from __future__ import annotations

from feedback.development.simulator.serving.api import Api
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.prompt import Prompt
from feedback.development.simulator.writing.tokens import count

from .modelled import ServiceError


def refuse(api: Api, prompt: Prompt, abilities: Abilities) -> None:
    """Raises ServiceError for the first thing that the model can't do."""
    for feature in Feature:
        if feature in prompt.features and not abilities.has(feature):
            raise api.refusal(feature, prompt)
    if (tier := prompt.tier) is not None and tier not in abilities.tiers:
        raise api.refused_tier(tier)
    _refuse_length(api, prompt, abilities)


def _refuse_length(api: Api, prompt: Prompt, abilities: Abilities) -> None:
    error: ServiceError | None = None
    if abilities.longest_answer is not None and (prompt.max_tokens or 0) > abilities.longest_answer:
        error = api.too_long(prompt, abilities, 0)
    elif abilities.context is not None and (tokens := count(prompt.whole)) >= abilities.context:
        error = api.too_long(prompt, abilities, tokens)
    if error is not None:
        raise error
