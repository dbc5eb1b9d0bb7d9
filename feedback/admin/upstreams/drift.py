from __future__ import annotations

from django.contrib import admin

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Drift
from limiter.admin.classes import ModelAdmin


@admin.register(Drift)
class DriftAdmin(ReadOnly, ModelAdmin[Drift]):
    """Admin of drifts: the provider's count beside ours, of the last hour that was looked at."""

    list_display = (
        "upstream", "not_ours", "calls", "our_calls", "input", "our_input", "output", "our_output",
        "throttles", "our_throttles", "until",
    )  # fmt: skip

    @admin.display(description="not ours")
    def not_ours(self, drift: Drift) -> str:
        return f"{drift.share:.0f} %"
