"""A teacher's own levels beside a provider's, and what follows from them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from limiter.models.ids import UUIDv7Field


class ReferenceLevel(models.Model):
    """The level that a teacher gave a text on one criterion, to compare a provider's with."""

    id = UUIDv7Field()
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="reference_levels")
    criterion = models.ForeignKey("Criterion", on_delete=models.CASCADE, related_name="reference_levels")
    level = models.PositiveSmallIntegerField(help_text="From 1, the weakest.")
    suggested = models.PositiveSmallIntegerField(
        null=True, help_text="The provider's level when this was given, before any correction. Empty: none."
    )
    provider = models.CharField(max_length=32, help_text="The provider that suggested it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "criterion"], name="reference_level_once"),
            models.CheckConstraint(
                condition=Q(level__gte=1) & (Q(suggested__isnull=True) | Q(suggested__gte=1)),
                name="reference_level_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.level}"


class Calibration(models.Model):
    """The correction of a provider's levels on one criterion; without a line they are withheld."""

    criterion = models.OneToOneField(
        "Criterion", primary_key=True, on_delete=models.CASCADE, related_name="calibration"
    )
    provider = models.CharField(max_length=32, help_text="Whose levels it corrects.")
    highest = models.PositiveSmallIntegerField(help_text="Levels of the criterion when it was made.")
    papers = models.PositiveSmallIntegerField()
    offset = models.FloatField(null=True)
    slope = models.FloatField(null=True, help_text="Empty, with the offset: levels are withheld.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset__isnull=True, slope__isnull=True) | Q(offset__isnull=False, slope__gt=0),
                name="calibration_line_whole_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return f"Calibration of {self.criterion_id}"
