from __future__ import annotations

from typing import ClassVar, TypedDict

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from limiter.models.ids import UUIDv7Field


class Money(TypedDict):
    max_digits: int
    decimal_places: int


money: Money = {"max_digits": 14, "decimal_places": 6}  # a short call costs a fraction of a cent


def _not_negative(*fields: str) -> Q:
    rule = Q()
    for field in fields:
        rule &= Q(**{f"{field}__gte": 0})
    return rule


class Price(models.Model):
    """The price of a million of a model's tokens from a day on; a service tier may have its own."""

    id = UUIDv7Field()
    model = models.CharField(
        max_length=128, help_text="A model's id as it is configured; a price of * is for every other model."
    )
    tier = models.CharField(
        max_length=16,
        blank=True,
        help_text="Of calls that this service tier serves, such as flex. Empty: the usual price, which stands"
        " for each tier that has none.",
    )
    valid_from = models.DateField(help_text="From the beginning of this day, in the site's time zone.")
    currency = models.CharField(max_length=3, help_text="As ISO 4217 names it, such as USD.")
    input = models.DecimalField(max_digits=12, decimal_places=4)
    output = models.DecimalField(max_digits=12, decimal_places=4)
    cache_read = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    cache_write = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    cache_write_1h = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="Of what stays in the cache for an hour. Empty: as cache_write.",
    )
    to_be_checked = models.BooleanField(
        default=False, help_text="A placeholder: compare it with the provider's price list."
    )

    class Meta:
        ordering: ClassVar = ["model", "tier", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model", "tier", "valid_from"],
                name="price_once_a_day",
                violation_error_message="There is a price of this model and tier from this day already.",
            ),
            models.CheckConstraint(
                condition=_not_negative("input", "output", "cache_read", "cache_write")
                & (Q(cache_write_1h__isnull=True) | Q(cache_write_1h__gte=0)),
                name="price_not_negative",
                violation_error_message="A price can't be below 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}{f' ({self.tier})' if self.tier else ''} from {self.valid_from}"

    def clean(self) -> None:
        super().clean()
        if self.currency != settings.CURRENCY:
            raise ValidationError({"currency": f"This site reckons in {settings.CURRENCY}."})


class Budget(models.Model):
    """The money that a person, a course or an upstream may spend in a month (of the site's time zone)."""

    id = UUIDv7Field()
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="budget"
    )
    course = models.OneToOneField(
        "Course", null=True, blank=True, on_delete=models.CASCADE, related_name="budget"
    )
    upstream = models.OneToOneField(
        "limiter.Upstream", null=True, blank=True, on_delete=models.CASCADE, related_name="budget"
    )
    monthly = models.DecimalField(**money, help_text="In the site's currency.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, course__isnull=True, upstream__isnull=True)
                | Q(user__isnull=True, course__isnull=False, upstream__isnull=True)
                | Q(user__isnull=True, course__isnull=True, upstream__isnull=False),
                name="budget_of_one",
                violation_error_message="A budget is one person's, one course's or one upstream's.",
            ),
            models.CheckConstraint(
                condition=Q(monthly__gte=0),
                name="budget_not_negative",
                violation_error_message="A budget can't be below 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"Budget of {self.user or self.course or f'the upstream {self.upstream_id}'}"

    @property
    def holder(self) -> str:
        """The flow, the group (feedback.dispatch.flows) or the upstream under which its costs are entered."""
        if self.upstream_id:
            return f"upstream:{self.upstream_id}"
        return f"course:{self.course_id}" if self.course_id else f"user:{self.user_id}"


class Charge(models.Model):
    """The cost of one run of a job. Rows are only added, and outlive the documents they were paid for."""

    at = models.DateTimeField(auto_now_add=True)
    month = models.DateField(help_text="The first day of the month to whose budgets it counts.")
    job = models.UUIDField()
    flow = models.CharField(max_length=64)
    group = models.CharField(max_length=64)
    upstream = models.CharField(max_length=64)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="charges")
    amount = models.DecimalField(**money)
    measured = models.BooleanField(
        default=True, help_text="False: the call came without figures, and this is an estimate."
    )

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="charge_not_negative"),
        ]
        indexes: ClassVar = [
            # spending: what a person, a course and an upstream have spent in a month, from the index alone.
            models.Index(fields=["flow", "month"], include=["amount"], name="charge_flow"),
            models.Index(fields=["group", "month"], include=["amount"], name="charge_group"),
            models.Index(fields=["upstream", "month"], include=["amount"], name="charge_upstream"),
            # spending: what a day has cost. Rows come in the order of their time, so next to nothing is kept.
            BrinIndex(fields=["at"], autosummarize=True, name="charge_at"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.job}"


class Reservation(models.Model):
    """The money set aside for a document under way; goes with it, and shrinks as its calls are paid."""

    document = models.OneToOneField(
        "Document", on_delete=models.CASCADE, primary_key=True, related_name="reservation"
    )
    flow = models.CharField(max_length=64)
    group = models.CharField(max_length=64)
    upstream = models.CharField(
        max_length=64,
        blank=True,
        help_text="Where its calls go first. Empty: of before upstreams had budgets.",
    )
    month = models.DateField(help_text="In which it was accepted, and to which all its costs belong.")
    amount = models.DecimalField(**money)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="reservation_not_negative"),
        ]
        indexes: ClassVar = [
            # spending: what is reserved of a person's, a course's and an upstream's month.
            models.Index(fields=["flow", "month"], condition=Q(amount__gt=0), name="reservation_flow"),
            models.Index(fields=["group", "month"], condition=Q(amount__gt=0), name="reservation_group"),
            models.Index(
                fields=["upstream", "month"], condition=Q(amount__gt=0), name="reservation_upstream"
            ),
        ]

    def __str__(self) -> str:
        return f"Reserved for {self.document_id}"
