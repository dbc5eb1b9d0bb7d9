from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Webhook, WebhookDelivery
from feedback.portal.words.wording import counted
from feedback.services.webhooks import subscriptions
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Webhook)
class WebhookAdmin(ReadOnly, ModelAdmin[Webhook]):
    """Addresses that get events for people. Paths and secrets are theirs."""

    list_display = ("place", "owner", "course", "created_at", "failing_since", "disabled_because")
    list_filter = ("disabled_because",)
    list_select_related = ("owner", "course")
    search_fields = ("owner__email", "url")
    actions = ("disable",)
    fields = (
        "place", "name", ("owner", "course"), "events", ("created_at", "failing_since"),
        ("disabled_at", "disabled_because", "told_at"),
    )  # fmt: skip
    readonly_fields = ("place",)

    @admin.action(permissions=["operate"], description="Disable")
    def disable(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        by = request.user.get_username()
        count = sum(
            subscriptions.disable(each, Webhook.Disabled.OPERATOR, by=by)
            for each in queryset.select_related("owner")
        )
        messages.info(request, f"{counted(count, 'webhook')} disabled.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly, ModelAdmin[WebhookDelivery]):
    """The log of messages to webhooks."""

    list_display = ("id", "webhook", "event", "state", "attempts", "status", "problem", "next_try_at")
    list_filter = ("state", "event", "problem")
    list_select_related = ("webhook",)
    search_fields = ("id", "document__id", "webhook__owner__email")
    actions = ("replay",)
    fields = (
        "id", ("webhook", "event"), "data", ("state", "attempts"), ("status", "problem"),
        ("created_at", "next_try_at", "ended_at"),
    )  # fmt: skip

    @admin.action(permissions=["operate"], description="Replay, under the same id")
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        by = request.user.get_username()
        count = sum(subscriptions.replay(each, by=by) for each in queryset.select_related("webhook__owner"))
        messages.info(request, f"{counted(count, 'message')} in line again.")
