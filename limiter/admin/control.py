"""An upstream's controls and history: its breaker, pause, and the way back to an earlier version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst

from limiter import services
from limiter.configuration.history import Change, changes_between
from limiter.gate import BreakerMode, GateError, Status
from limiter.models import ConfigVersion, Upstream
from limiter.operations.condition import condition_of, icon_of, tone_of
from limiter.operations.wording import breaker_in_words, cause_in_words, condition_in_words, trial_in_words
from limiter.selectors import config_versions, upstream_status

from .classes import STYLES, why

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MODES = {"open": BreakerMode.FORCED_OPEN, "close": BreakerMode.FORCED_CLOSED, "auto": BreakerMode.AUTO}
CONTROLS = (
    ("pause", "Pause"),
    ("drain", "Drain"),
    ("resume", "Resume"),
    ("open", "Force the breaker open"),
    ("close", "Force the breaker closed"),
    ("auto", "Breaker back to automatic"),
)
SHOWN = 50  # versions, the newest first


@dataclass(frozen=True, slots=True)
class Step:
    """One version, and what it made different."""

    version: ConfigVersion
    changes: list[Change]


class ControlForm(forms.Form):
    reason = why()

    def __init__(self, steps: list[Step], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        back = [
            (f"back {step.version.version}", f"Go back to version {step.version.version}")
            for step in steps[1:]
        ]
        self.fields["do"] = forms.ChoiceField(choices=[*CONTROLS, *back])


def control(request: HttpRequest, name: str) -> HttpResponse:
    upstream = get_object_or_404(Upstream, name=name)
    if not request.user.has_perm("limiter.view_upstream"):
        raise PermissionDenied
    may_change = request.user.has_perm("limiter.change_upstream")
    steps, live = _steps(name), _live(name)
    form = ControlForm(steps, request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            after = _apply(
                name, form.cleaned_data["do"], request.user.get_username(), form.cleaned_data["reason"]
            )
            changed = after.version != upstream.version
            outcome = f"is at version {after.version} now" if changed else "stays as it is"
            messages.info(request, f"{name} {outcome}.")
            if form.cleaned_data["do"] == "drain":
                messages.info(request, "What runs is finished; this page counts it down.")
            return HttpResponseRedirect(request.path)
    condition = condition_of(upstream, live)
    context = {
        **admin.site.each_context(request),
        "title": f"Control and history of {name}",
        "upstream": upstream,
        "steps": steps,
        "form": form,
        "live": live,
        "breaker": breaker_in_words(live.breaker) if live else "",
        "condition": condition,
        "tone": tone_of(condition),
        "icon": icon_of(condition),
        "words": capfirst(_hold(upstream) or condition_in_words(condition)),
        "controls": _offered(upstream),
        "may_change": may_change,
        "limiter_styles": STYLES,
    }
    return TemplateResponse(request, "admin/limiter/upstream/control.html", context)


def _apply(upstream: str, do: str, author: str, reason: str) -> Upstream:
    if do in MODES:
        return services.force_breaker(upstream=upstream, mode=MODES[do], author=author, reason=reason)
    if do.startswith("back "):
        number = int(do.removeprefix("back "))
        return services.restore_version(upstream=upstream, version=number, author=author, reason=reason)
    if do == "resume":
        return services.resume(upstream=upstream, author=author, reason=reason)
    changes = {"paused": True}
    return services.change_upstream(upstream=upstream, changes=changes, author=author, reason=reason)


def _live(upstream: str) -> Status | None:
    try:
        return upstream_status(upstream).live
    except GateError:
        return None


def _offered(upstream: Upstream) -> list[tuple[str, str]]:
    """The controls that would change something."""
    mode = BreakerMode(upstream.breaker_mode)
    idle = {"pause", "drain"} if upstream.paused else set() if upstream.is_held else {"resume"}
    idle |= {name for name, wanted in MODES.items() if wanted is mode}
    return [(name, label) for name, label in CONTROLS if name not in idle]


def _hold(upstream: Upstream) -> str:
    if not upstream.is_held:
        return ""
    since = f"{timezone.localtime(upstream.held_since):%d %b %H:%M}" if upstream.held_since else "now"
    why, when = cause_in_words(upstream.held_cause), trial_in_words(upstream, timezone.now())
    return f"held by itself since {since}: {why}; {when}"


def _steps(upstream: str) -> list[Step]:
    versions = config_versions(upstream)[: SHOWN + 1]
    older: list[ConfigVersion | None] = [*versions[1:], None]
    return [
        Step(new, changes_between(old.body, new.body) if old else [])
        for new, old in zip(versions[:SHOWN], older, strict=False)
    ]
