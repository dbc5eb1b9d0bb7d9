"""What became different from one version of a configuration to another, and what the gate did by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limiter.models import ConfigVersion, FlowOverride, GateEvent, GroupWeight, Plan, Upstream


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that differs."""

    name: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        """As the admin calls it."""
        return LABELS.get(self.name, self.name)

    def __str__(self) -> str:
        return f"{self.label}: {in_words(self.before)} → {in_words(self.after)}"


LABELS = {
    field.name: str(field.verbose_name)
    for model in (FlowOverride, GroupWeight, Plan, Upstream)
    for field in model._meta.concrete_fields
}


def in_words(value: Any) -> str:
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
    return str(value)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """In the order of the settings; one that only one of the two knows counts as none in the other."""
    names = [*after, *(name for name in before if name not in after)]
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return [Change(name, old, new) for name, old, new in pairs if old != new]


def config_diff(upstream: str, older: int, newer: int) -> list[Change]:
    """From one version to another. Raises ConfigVersion.DoesNotExist."""
    return changes_between(_settings_at(upstream, older), _settings_at(upstream, newer))


def _settings_at(upstream: str, version: int) -> Mapping[str, Any]:
    """A trial of a held upstream makes a version that changes no setting and is not kept."""
    kept = ConfigVersion.objects.filter(upstream=upstream, version__lte=version)
    body: Mapping[str, Any] = kept.latest("version").body
    return body


def last_events(upstream: str, *, kind: str | None = None, count: int = 20) -> list[GateEvent]:
    """The newest moves that the gate made by itself, with their reasons."""
    events = GateEvent.objects.filter(upstream=upstream)
    return list((events.filter(kind=kind) if kind else events)[:count])
