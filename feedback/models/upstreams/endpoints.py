from __future__ import annotations

from typing import ClassVar

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from feedback.providers.models.generation import Way
from limiter.models.rules import RuledModel, unset_or, within

from .language_models import LanguageModel


class Endpoint(RuledModel):
    """The address that the calls of one upstream go to, and the settings of the model there.

    What is empty is as the environment says (docs/configuration.md), or as the model takes it. Changed only
    by services: each change is checked against what the model can do.
    """

    class Provider(models.TextChoices):
        BEDROCK = "bedrock", "Amazon Bedrock"
        SIMULATED = "simulated", "The simulator"
        OPENAI_COMPATIBLE = "openai_compatible", "A chat-completions server"

    class WayChoices(models.TextChoices):
        STRICT_TOOL = Way.STRICT_TOOL.value, "By a tool whose schema is enforced"
        TOOL = Way.TOOL.value, "By a tool"
        JSON_SCHEMA = Way.JSON_SCHEMA.value, "By a JSON schema that is enforced"
        TEXT = Way.TEXT.value, "In text, by the prompt alone"

    upstream = models.OneToOneField(
        "limiter.Upstream", primary_key=True, on_delete=models.CASCADE, related_name="endpoint"
    )
    provider = models.CharField(max_length=20, choices=Provider, default=Provider.BEDROCK)
    model = models.ForeignKey(
        LanguageModel, null=True, blank=True, on_delete=models.PROTECT, related_name="endpoints",
        help_text="Empty: as the environment says.",
    )  # fmt: skip
    called_as = models.CharField(
        max_length=300,
        blank=True,
        help_text="The exact id or ARN to call. Empty: the model's, by its profile for the region.",
    )
    worldwide = models.BooleanField(
        default=False, help_text="Call by the global profile: texts may be read anywhere in the world."
    )
    region = models.CharField(max_length=40, blank=True)
    address = models.CharField(
        max_length=300,
        blank=True,
        validators=[URLValidator(schemes=("http", "https"))],
        help_text="In place of the region's own, or of the server.",
    )
    credentials_profile = models.CharField(
        max_length=100, blank=True, help_text="Of this machine's AWS configuration. Empty: the usual chain."
    )
    credentials_role = models.CharField(
        max_length=200, blank=True, help_text="ARN of a role to take on, with those credentials."
    )
    key_variable = models.CharField(
        max_length=100, blank=True, help_text="The environment variable that holds the server's key."
    )

    way = models.CharField(
        "structured answer",
        max_length=12,
        blank=True,
        choices=WayChoices,
        help_text="Empty: the best that the model takes.",
    )
    temperature = models.FloatField(
        null=True, blank=True, help_text="0 to 1. Empty: 0.2 where the model takes one."
    )
    top_p = models.FloatField(null=True, blank=True, help_text="0 to 1. Empty: not sent.")
    longest_answer = models.PositiveIntegerField(
        null=True, blank=True, help_text="Tokens, whatever the kind of section. Empty: by kind alone."
    )
    effort = models.CharField(max_length=20, blank=True, help_text="Of thinking. Empty: not sent.")
    cache = models.CharField(
        "prompt cache", max_length=4, blank=True, help_text="5m or 1h. Empty: prompts are not marked."
    )
    tier = models.CharField("service tier", max_length=20, blank=True, help_text="Empty: the usual one.")
    latency = models.CharField(
        max_length=20, blank=True, help_text="optimized, where the model has it. Empty: the usual one."
    )
    guardrail = models.CharField(max_length=200, blank=True, help_text="Its id or ARN.")
    guardrail_version = models.CharField(max_length=8, blank=True, help_text="A number, or DRAFT.")
    extra_fields = models.JSONField(
        default=dict, blank=True, help_text="Sent as they are, as additionalModelRequestFields."
    )

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["upstream"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=unset_or("temperature", within("temperature", 0, 1)),
                name="endpoint_temperature",
                violation_error_message="A temperature lies between 0 and 1.",
                violation_error_code="temperature",
            ),
            models.CheckConstraint(
                condition=unset_or("top_p", within("top_p", 0, 1)),
                name="endpoint_top_p",
                violation_error_message="Top-p lies between 0 and 1.",
                violation_error_code="top_p",
            ),
            models.CheckConstraint(
                condition=Q(longest_answer__isnull=True) | Q(longest_answer__gte=256),
                name="endpoint_longest_answer",
                violation_error_message="Fewer than 256 tokens hold no feedback.",
                violation_error_code="longest_answer",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", *(way.value for way in Way)]), name="endpoint_way_known"
            ),
            models.CheckConstraint(
                condition=Q(provider__in=["bedrock", "simulated", "openai_compatible"]),
                name="endpoint_provider_known",
            ),
            models.CheckConstraint(
                condition=Q(guardrail_version="") | ~Q(guardrail=""),
                name="endpoint_guardrail_version_of_one",
                violation_error_message="A version without a guardrail protects nothing.",
                violation_error_code="guardrail_version",
            ),
        ]

    def __str__(self) -> str:
        return f"Endpoint of {self.upstream_id}"


class LearntRefusal(models.Model):
    """A setting that an upstream's model was seen to refuse: not sent until this expires or is undone."""

    upstream = models.ForeignKey("limiter.Upstream", on_delete=models.CASCADE, related_name="learnt_refusals")
    model_id = models.CharField(max_length=300)
    setting = models.CharField(max_length=20, help_text="A code of providers/generation.py, LEARNABLE.")
    error = models.TextField(help_text="What the model said, without ids.")
    learnt_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(help_text="Then it is sent again, for models change.")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-learnt_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upstream", "model_id", "setting"],
                condition=Q(undone_at__isnull=True),
                name="learnt_refusal_once",
            ),
            models.CheckConstraint(condition=~Q(setting=""), name="learnt_refusal_names_a_setting"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} takes no {self.setting}"
