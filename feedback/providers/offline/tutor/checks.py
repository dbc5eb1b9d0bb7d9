"""The register of checks on a whole document. Each module of this package adds its own when imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...base import CommentKind
from .. import proven
from ..rules import Remark
from .whole import Whole

Check = Callable[[Whole], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class WholeRule:
    name: str
    kind: CommentKind
    label: str  # as a list of points names it
    weight: float  # how much a reader gains where the writer acts on it, 0 to 1
    advice: str
    check: Check
    most: int  # remarks in one document


@dataclass(frozen=True, slots=True)
class WholeFinding:
    rule: WholeRule
    remark: Remark

    @property
    def rank(self) -> float:
        return self.rule.weight * self.remark.strength


CHECKS: dict[str, WholeRule] = {}


def check(
    name: str, kind: CommentKind, *, label: str, weight: float, advice: str, most: int = 2
) -> Callable[[Check], Check]:
    """Register a check."""

    def register(made: Check) -> Check:
        CHECKS[name] = WholeRule(name, kind, label, weight, advice, made, most)
        return made

    return register


def find_in_whole(whole: Whole, *, unproven: bool = False) -> list[WholeFinding]:
    """Everything the proven checks notice; nothing of a text that is not English."""
    if not whole.english:
        return []
    return [
        WholeFinding(rule, remark)
        for rule in CHECKS.values()
        if unproven or rule.name in proven.PROVEN
        for remark in rule.check(whole)
    ]
