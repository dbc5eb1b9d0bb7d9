"""The tables of a file: what each keeps of its rows, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from limiter import services
from limiter.configuration.companion import companion, companion_settings
from limiter.configuration.history import Change
from limiter.configuration.publication import SETTINGS, body_of
from limiter.models import ConfigVersion, GroupWeight, Plan, Upstream
from limiter.services.plans import GROUP_SETTINGS, PLAN_SETTINGS, uses_of_plan
from limiter.services.upstreams import uses_of

if TYPE_CHECKING:
    from django.db.models import Field, Model, QuerySet

VERSION = "version"  # in a file: the one that it was written from
FIRST = 1  # version
OF_THE_HOUR = ("paused", "breaker_mode")


class Kind(Protocol):
    """One table of a file, by the word that it has there."""

    table: str
    noun: str
    setting: str  # of Django, which says the same

    def rows(self) -> QuerySet[Any]: ...

    def settings(self) -> Sequence[str]:
        """What a file may say of a row."""

    def field(self, setting: str) -> Field[Any, Any] | None:
        """The column of a setting. None: a companion keeps it, and reads it as it is typed."""

    def now(self, row: Any) -> dict[str, Any]:
        """Each setting as it is."""

    def fresh(self, name: str) -> dict[str, Any]:
        """Each setting as a row has it of which nothing was said."""

    def known(self, row: Any, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Settings that no edit has made: those of a file, and those that the file was written from."""

    def editor(self, row: Any, change: Change) -> Any:
        """What has author and reason of an edit. None: nothing is kept of it."""

    def write(self, name: str, changes: Mapping[str, Any], *, new: bool, author: str, reason: str) -> None:
        """Raises ValidationError with a sentence at the field that is wrong."""

    def unused(self, names: Sequence[str], *, force: bool) -> list[str]:
        """Rows beside these that `--prune` may delete. Raises GateError."""

    def delete(self, name: str, *, author: str, reason: str) -> None: ...


class Upstreams:
    table, noun, setting = "upstreams", "upstream", "LIMITER_UPSTREAMS"

    def rows(self) -> QuerySet[Upstream]:
        return Upstream.objects.order_by("name")

    def settings(self) -> Sequence[str]:
        return (*(each for each in SETTINGS if each not in OF_THE_HOUR), *companion_settings())

    def field(self, setting: str) -> Field[Any, Any] | None:
        return None if setting in companion_settings() else column(Upstream, setting)

    def now(self, row: Upstream) -> dict[str, Any]:
        own = {name: value for name, value in body_of(row).items() if name not in OF_THE_HOUR}
        keeper = companion()
        return {**own, **(keeper.values_of(row.name) if keeper else {})}

    def fresh(self, name: str) -> dict[str, Any]:
        return {**dict.fromkeys(companion_settings()), **body_of(Upstream(name=name))}

    def known(self, row: Upstream, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Where no file has set it before: the version that the file names, or else the first."""
        applied: Mapping[str, Any] = row.applied or {}
        yield applied
        numbers = [wanted[VERSION]] if VERSION in wanted else []
        for version in row.versions.filter(version__in=numbers or [FIRST]):
            yield {name: value for name, value in version.body.items() if numbers or name not in applied}

    def editor(self, row: Upstream, change: Change) -> ConfigVersion | None:
        """The version with which the setting became what it is."""
        if change.name not in SETTINGS:
            return None
        maker = None
        for version in row.versions.all():  # the newest first
            if version.body.get(change.name) != change.before:
                break
            maker = version
        return maker

    def write(self, name: str, changes: Mapping[str, Any], *, new: bool, author: str, reason: str) -> None:
        given = {setting: self._given(setting, value) for setting, value in changes.items()}
        write = services.create_settings if new else services.change_settings
        write(upstream=name, changes=given, author=author, reason=reason)

    def unused(self, names: Sequence[str], *, force: bool) -> list[str]:
        return [row.name for row in self.rows().exclude(name__in=names) if not uses_of(row.name)]

    def delete(self, name: str, *, author: str, reason: str) -> None:
        services.delete_upstream(upstream=name, author=author, reason=reason)

    def _given(self, setting: str, value: Any) -> Any:
        """A companion reads its settings as they are typed."""
        if self.field(setting) is None:
            return "" if value is None else str(value)
        return value


class Policies:
    """Rows that keep no versions: plans and groups."""

    model: type[Plan] | type[GroupWeight]
    names: tuple[str, ...]

    def rows(self) -> QuerySet[Any]:
        return self.model.objects.order_by("pk")

    def settings(self) -> Sequence[str]:
        return self.names

    def field(self, setting: str) -> Field[Any, Any] | None:
        return column(self.model, setting)

    def now(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.names}

    def fresh(self, name: str) -> dict[str, Any]:
        return self.now(self.model(pk=name))

    def known(self, row: Any, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Where no file has set it before: its default; and all of a row that is as the file found it."""
        applied: Mapping[str, Any] = row.applied or {}
        yield applied
        yield {name: value for name, value in self.fresh(row.pk).items() if name not in applied}
        if wanted.get(VERSION) == row.version:
            yield self.now(row)

    def editor(self, row: Any, change: Change) -> Any:
        return row

    def kept(self, names: Sequence[str], *, force: bool) -> QuerySet[Any]:
        """Those that a file has made and no longer has; with `force` those that somebody made, too."""
        others = self.rows().exclude(pk__in=names)
        return others if force else others.exclude(applied=None)


class Plans(Policies):
    table, noun, setting = "plans", "plan", "LIMITER_PLANS"
    model, names = Plan, PLAN_SETTINGS

    def write(self, name: str, changes: Mapping[str, Any], *, new: bool, author: str, reason: str) -> None:
        if new:
            services.create_plan(name=name, values=changes, author=author, reason=reason)
        else:
            services.change_plan(plan=name, changes=changes, author=author, reason=reason)

    def unused(self, names: Sequence[str], *, force: bool) -> list[str]:
        return [row.name for row in self.kept(names, force=force) if not uses_of_plan(row)]

    def delete(self, name: str, *, author: str, reason: str) -> None:
        services.delete_plan(plan=name, author=author, reason=reason)


class Groups(Policies):
    table, noun, setting = "groups", "group", "LIMITER_GROUPS"
    model, names = GroupWeight, GROUP_SETTINGS

    def write(self, name: str, changes: Mapping[str, Any], *, new: bool, author: str, reason: str) -> None:
        services.set_group_policy(group=name, changes=changes, author=author, reason=reason)

    def unused(self, names: Sequence[str], *, force: bool) -> list[str]:
        return [row.group for row in self.kept(names, force=force)]

    def delete(self, name: str, *, author: str, reason: str) -> None:
        services.forget_group(group=name, author=author, reason=reason)


def column(model: type[Model], setting: str) -> Field[Any, Any]:
    return next(each for each in model._meta.concrete_fields if each.name == setting)


KINDS: tuple[Kind, ...] = (Upstreams(), Plans(), Groups())  # in this order: a plan names upstreams
