"""The choices of an upstream, held against the abilities of its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from feedback.providers.prompting.budgets import OutputBudgets

from .catalogue import ModelFacts
from .generation import Generation, Way

USUAL_TEMPERATURE = 0.2
USUAL_TIER = "default"
THINKING_TOKENS = 2_000  # room beside the answer, where a model thinks without being asked
BY_TOOL = (Way.STRICT_TOOL, Way.TOOL)


@dataclass(frozen=True, slots=True)
class Choice:
    """Settings of an upstream. None or empty: as usual for the model."""

    way: str = ""  # a Way
    temperature: float | None = None
    top_p: float | None = None
    longest_answer: int | None = None  # tokens
    effort: str = ""
    cache: str = ""
    tier: str = ""
    latency: str = ""
    guardrail: str = ""
    guardrail_version: str = ""
    extra_fields: Mapping[str, Any] = field(default_factory=dict)


def best_way(facts: ModelFacts) -> Way:
    """The surest way to a structured answer that the model takes.

    A tool goes first, one with an enforced schema before one without; but a tool that can't be forced is
    only an offer, so a JSON schema that is enforced goes before it.
    """
    can_force = facts.accepts_forced_tool or facts.accepts_any_tool
    if facts.accepts_tools and (can_force or not facts.accepts_json_schema):
        return Way.STRICT_TOOL if facts.accepts_strict_tools else Way.TOOL
    return Way.JSON_SCHEMA if facts.accepts_json_schema else Way.TEXT


def generation_of(choice: Choice, facts: ModelFacts) -> Generation:
    """How such a model is asked."""
    temperature = choice.temperature
    if temperature is None and facts.accepts_temperature and choice.top_p is None:
        temperature = USUAL_TEMPERATURE
    return Generation(
        way=Way(choice.way) if choice.way else best_way(facts),
        tool_choice=_tool_choice(facts),
        temperature=temperature,
        top_p=choice.top_p,
        effort=choice.effort,
        cache=choice.cache,
        cache_minimum=facts.cache_minimum,
        tier="" if choice.tier == USUAL_TIER else choice.tier,
        latency=choice.latency,
        guardrail=choice.guardrail,
        guardrail_version=choice.guardrail_version,
        extra_fields=choice.extra_fields,
    )


def _tool_choice(facts: ModelFacts) -> str:
    if facts.accepts_forced_tool:
        return "tool"
    return "any" if facts.accepts_any_tool else "auto"


def budgets_of(choice: Choice, facts: ModelFacts, ceiling: int | None) -> OutputBudgets:
    """The longest answers: the least of what the upstream chose, the site's ceiling and the model's own."""
    known = facts.longest_answer if facts.name else None  # of a model without a description: not known
    bounds = [each for each in (choice.longest_answer, ceiling, known) if each]
    thinks = facts.thinking in ("default", "always")
    return OutputBudgets(ceiling=min(bounds, default=None), thinking=THINKING_TOKENS if thinks else 0)


def refusals(choice: Choice, facts: ModelFacts) -> Iterator[tuple[str, str]]:
    """What the model can't do of the choice: field and sentence."""
    name = facts.title
    if choice.temperature is not None and not facts.accepts_temperature:
        yield "temperature", f"{name} takes no temperature: leave it empty."
    if choice.top_p is not None and not facts.accepts_top_p:
        yield "top_p", f"{name} takes no top-p: leave it empty."
    both = choice.temperature is not None and choice.top_p is not None
    if both and facts.accepts_top_p and not facts.takes_both_sampling_fields:
        yield "top_p", f"{name} takes temperature or top-p, not both."
    if choice.way and (words := _way_refused(Way(choice.way), facts)):
        yield "way", f"{name} {words}"
    if choice.longest_answer is not None and choice.longest_answer > facts.longest_answer:
        yield "longest_answer", f"{name} writes at most {facts.longest_answer:,} tokens."
    yield from _codes_refused(choice, facts)


def _way_refused(way: Way, facts: ModelFacts) -> str:
    if way in BY_TOOL and not facts.accepts_tools:
        return "takes no tools: choose another way, or leave it empty."
    if way is Way.STRICT_TOOL and not facts.accepts_strict_tools:
        return "does not enforce a tool's schema: choose the plain tool, or leave it empty."
    if way is Way.JSON_SCHEMA and not facts.accepts_json_schema:
        return "enforces no JSON schema: choose another way, or leave it empty."
    return ""


def _codes_refused(choice: Choice, facts: ModelFacts) -> Iterator[tuple[str, str]]:
    known = {
        "effort": (choice.effort, facts.efforts),
        "cache": (choice.cache, facts.cache_ttls),
        "tier": (choice.tier, facts.service_tiers),
    }
    for name, (chosen, takes) in known.items():
        if chosen and chosen not in takes:
            offered = f"one of {', '.join(takes)}, or leave it empty" if takes else "leave it empty"
            yield name, f"{facts.title} has no {name} {chosen}: {offered}."
