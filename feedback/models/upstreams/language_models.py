from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from feedback.models.codes import codes
from feedback.providers.models.catalogue import ModelFacts


class LanguageModel(models.Model):
    """A model and its abilities. Seeded from providers/models.toml; what an operator edited is left alone.

    A fact that is not known has its cautious value. Changed only by services.
    """

    class Service(models.TextChoices):
        BEDROCK = "bedrock", "Amazon Bedrock"
        OPENAI = "openai", "A chat-completions server"

    class Thinking(models.TextChoices):
        NEVER = "never", "Never"
        ASKED = "asked", "Where it is asked for"
        DEFAULT = "default", "Unless it is switched off"
        ALWAYS = "always", "Always"

    name = models.SlugField(primary_key=True, max_length=80)
    title = models.CharField(max_length=120, help_text="As people call it.")
    family = models.CharField(max_length=60, blank=True)
    service = models.CharField(max_length=10, choices=Service, default=Service.BEDROCK)
    model_id = models.CharField(
        max_length=200, blank=True, help_text="Of the foundation model. Empty: any model of a server."
    )
    aliases = codes(help_text="Other ids that mean it, with * and ?.")
    geographies = codes(help_text="Of its cross-region profiles: us, eu, apac, jp, au, ..., global.")
    in_region = models.BooleanField(default=False, help_text="May be called by its bare id.")

    longest_answer = models.PositiveIntegerField(default=2_048, help_text="Tokens, thinking included.")
    context = models.PositiveIntegerField(default=32_000, help_text="Tokens, question and answer together.")
    accepts_temperature = models.BooleanField(default=False)
    accepts_top_p = models.BooleanField(default=False)
    takes_both_sampling_fields = models.BooleanField(
        default=False, help_text="Temperature and top-p in one request."
    )
    accepts_tools = models.BooleanField(default=False)
    accepts_any_tool = models.BooleanField(default=False, help_text="A choice of tool that says: any.")
    accepts_forced_tool = models.BooleanField(default=False, help_text="A choice of tool that names it.")
    accepts_strict_tools = models.BooleanField(default=False, help_text="The tool's schema is enforced.")
    accepts_json_schema = models.BooleanField(default=False, help_text="An answer in text by a schema.")
    thinking = models.CharField(max_length=8, choices=Thinking, default=Thinking.NEVER)
    efforts = codes(help_text="Of thinking, from the least. Empty: the field may not be sent.")
    cache_minimum = models.PositiveIntegerField(
        default=0, help_text="Tokens of the shortest prompt that is kept. 0: none may be marked."
    )
    cache_ttls = codes(help_text="How long prompts are kept: 5m, 1h.")
    service_tiers = codes(help_text="default, flex, priority, reserved.")
    burndown = models.FloatField(default=5.0, help_text="Tokens of quota for one of the answer.")
    requests_enforced = models.BooleanField(
        default=True, help_text="Requests a minute are limited as well as tokens."
    )
    count_tokens_id = models.CharField(
        max_length=200, blank=True, help_text="What CountTokens takes. Empty: it does not take this model."
    )
    legacy_from = models.DateField(null=True, blank=True)
    end_of_life = models.DateField(null=True, blank=True, help_text="From this day on it can't be called.")
    sources = models.JSONField(
        default=list, blank=True, help_text="For facts: the day they were looked up, and where."
    )
    edited = models.BooleanField(
        default=False, editable=False, help_text="By an operator: a new release leaves it alone."
    )

    class Meta:
        ordering: ClassVar = ["family", "name"]
        verbose_name = "model"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "model_id"],
                condition=~Q(model_id=""),
                name="language_model_once",
                violation_error_message="There is a row for this model id already.",
            ),
            models.CheckConstraint(
                condition=Q(longest_answer__gte=1, context__gte=1),
                name="language_model_answers",
                violation_error_message="A model writes at least one token and reads at least one.",
            ),
            models.CheckConstraint(
                condition=Q(burndown__gt=0, burndown__lte=100),
                name="language_model_burndown",
                violation_error_message="Burndown lies above 0 and is at most 100.",
            ),
            models.CheckConstraint(
                condition=Q(accepts_tools=True)
                | Q(accepts_any_tool=False, accepts_forced_tool=False, accepts_strict_tools=False),
                name="language_model_tools",
                violation_error_message="A model that takes no tool takes none that is forced or strict.",
            ),
            models.CheckConstraint(
                condition=Q(cache_minimum=0, cache_ttls=[]) | Q(cache_minimum__gt=0) & ~Q(cache_ttls=[]),
                name="language_model_cache",
                violation_error_message="A prompt cache has a smallest prompt and a time, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(service__in=["bedrock", "openai"]), name="language_model_service_known"
            ),
            models.CheckConstraint(
                condition=Q(thinking__in=["never", "asked", "default", "always"]),
                name="language_model_thinking_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        for name, known in KNOWN_CODES.items():
            if unknown := [each for each in getattr(self, name) if each not in known]:
                raise ValidationError({name: f"{unknown[0]} is none of {', '.join(known)}."})

    def facts(self) -> ModelFacts:
        """The same as the catalogue says it, without prices."""
        values = {each: getattr(self, each) for each in FACTS}
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return ModelFacts(id=self.model_id, **{**values, **lists})


# What the catalogue's record and the row have in common, by the same names.
FACTS: tuple[str, ...] = tuple(
    each.name for each in fields(ModelFacts) if each.name not in ("id", "price", "sources")
)
KNOWN_CODES = {
    "cache_ttls": ("5m", "1h"),
    "service_tiers": ("default", "flex", "priority", "reserved"),
}
