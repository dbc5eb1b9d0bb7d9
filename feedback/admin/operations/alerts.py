from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.utils import timezone

from feedback.admin.lists.audited import Audited
from feedback.admin.lists.readonly import ReadOnly
from feedback.models import AlertReceiver, AlertRule, Delivery, Incident, Silence
from feedback.operations.alerts.senders import NotSent, Uncertain
from feedback.portal.words.wording import counted
from feedback.services.operations import alerts
from limiter.admin.classes import ModelAdmin, Password, TabularInline

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

MOST_TESTS = 3  # of one click


@admin.register(AlertRule)
class AlertRuleAdmin(Audited, ModelAdmin[AlertRule]):
    list_display = ("name", "signal", "threshold", "for_seconds", "severity", "enabled")
    list_filter = ("signal", "severity", "enabled")


class ReceiverForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The secret is never shown again; left empty it stays."""

    secret = forms.CharField(
        required=False,
        widget=Password(attrs={"autocomplete": "new-password"}),
        help_text="Signs a webhook's body; PagerDuty's routing key. Empty: as it was.",
    )

    def clean_secret(self) -> str:
        return str(self.cleaned_data["secret"] or self.instance.secret)


@admin.register(AlertReceiver)
class AlertReceiverAdmin(Audited, ModelAdmin[AlertReceiver]):
    form = ReceiverForm
    list_display = ("name", "kind", "place", "enabled")
    list_filter = ("kind", "enabled")
    actions = ("send_test",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("feedback.change_alertreceiver")

    @admin.action(permissions=["operate"], description="Send a test")
    def send_test(self, request: HttpRequest, queryset: QuerySet[AlertReceiver]) -> None:
        """To at most a few: each may take as long as a receiver that hangs."""
        for receiver in queryset[:MOST_TESTS]:
            try:
                alerts.send_test(receiver, author=request.user.get_username())
            except (NotSent, Uncertain) as error:
                messages.error(request, f"{receiver}: the test did not arrive. {error}")
            else:
                messages.success(request, f"{receiver}: the test was sent. Look whether it arrived.")

    @admin.display(description="address")
    def place(self, receiver: AlertReceiver) -> str:
        """A webhook's path may be its secret: lists show where it goes, not how to get in."""
        if receiver.kind in (AlertReceiver.Kind.EMAIL, AlertReceiver.Kind.PAGERDUTY):
            return receiver.address
        return "/".join(receiver.address.split("/")[:3]) + "/…"


class DeliveryInline(ReadOnly, TabularInline[Delivery, Incident]):
    model = Delivery
    fields = ("receiver", "transition", "state", "attempts", "sent_at", "next_try_at", "error")
    readonly_fields = fields
    extra = 0


@admin.register(Incident)
class IncidentAdmin(ReadOnly, ModelAdmin[Incident]):
    list_display = ("words", "rule", "state", "began_at", "resolved_at", "acknowledged_by")
    list_filter = ("state", "rule")
    list_select_related = ("rule",)
    actions = ("acknowledge",)
    inlines = (DeliveryInline,)
    fields = (
        "words", ("rule", "subject"), ("state", "value"), ("began_at", "fired_at"), "resolved_at",
        ("acknowledged_at", "acknowledged_by"),
    )  # fmt: skip

    @admin.action(permissions=["operate"], description="Acknowledge: I look after it")
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Incident]) -> None:
        author = request.user.get_username()
        count = sum(alerts.acknowledge(incident, author=author) for incident in queryset)
        messages.info(request, f"{counted(count, 'incident')} acknowledged.")


class SilenceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if until <= timezone.now():
            raise forms.ValidationError("A silence ends in the future.")
        return until


@admin.register(Silence)
class SilenceAdmin(Audited, ModelAdmin[Silence]):
    """The list of silences. They are made and ended; their reasons stay."""

    form = SilenceForm
    list_display = ("__str__", "subject", "until", "who", "why")
    list_filter = ("rule",)
    list_select_related = ("rule",)
    fields = ("rule", "subject", "until", "why")
    actions = ("end",)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.instance.who = request.user.get_username()
        return super().save_form(request, form, change)

    def save_model(self, request: HttpRequest, obj: Silence, form: Any, change: bool) -> None:
        made = alerts.silence(
            rule=obj.rule, subject=obj.subject, until=obj.until, author=obj.who, why=obj.why
        )
        obj.__dict__.update(made.__dict__)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("feedback.change_silence")

    def has_change_permission(self, request: HttpRequest, obj: Silence | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Silence | None = None) -> bool:
        return False

    @admin.action(permissions=["operate"], description="End now")
    def end(self, request: HttpRequest, queryset: QuerySet[Silence]) -> None:
        author = request.user.get_username()
        count = sum(alerts.end_silence(silence, author=author) for silence in queryset)
        messages.info(request, f"{counted(count, 'silence')} ended.")
