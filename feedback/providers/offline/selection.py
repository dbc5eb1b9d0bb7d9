"""Which findings a student gets to see: few, useful, and of different kinds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .reading.anchors import anchor
from .reading.prose import Prose
from .reading.spans import Span
from .rules import Finding, WritingRule

MOST = 5  # remarks on a section: what a student can take in and act on
MOST_PRAISE = 2
MOST_MECHANICS = 3
MECHANICS = frozenset(("spelling", "grammar", "capital-letter"))
SAME_RULE = 0.55  # what each further remark of a rule is worth, against the one before
SAME_KIND = 0.88
IN_ONE_SENTENCE = 2


@dataclass(frozen=True, slots=True)
class Choice:
    finding: Finding
    quote: Span


class Selection:
    """Picks greedily by rank; each pick makes more of the same worth less."""

    def __init__(self, prose: Prose) -> None:
        self._prose = prose
        self.chosen: list[Choice] = []
        self._by_rule: Counter[str] = Counter()
        self._by_kind: Counter[str] = Counter()

    def take(self, findings: Iterable[Finding], most: int) -> list[Choice]:
        candidates = _leading(findings)
        taken: list[Choice] = []
        while candidates and len(taken) < most:
            best = max(candidates, key=self._worth)
            candidates.remove(best)
            if self._enough_mechanics(best):
                continue
            choice = self._anchored(best)
            if choice is not None:
                taken.append(choice)
                self.chosen.append(choice)
                self._by_rule[best.rule.name] += 1
                self._by_kind[best.rule.kind] += 1
        return taken

    def _enough_mechanics(self, finding: Finding) -> bool:
        taken = sum(self._by_rule[name] for name in MECHANICS)
        return finding.rule.name in MECHANICS and taken >= MOST_MECHANICS

    def _worth(self, finding: Finding) -> float:
        rule = finding.rule
        return float(
            finding.rank * SAME_RULE ** self._by_rule[rule.name] * SAME_KIND ** self._by_kind[rule.kind]
        )

    def _anchored(self, finding: Finding) -> Choice | None:
        if self._by_rule[finding.rule.name] >= finding.rule.most:
            return None
        quote = anchor(self._prose.text, finding.remark.start, finding.remark.end)
        return Choice(finding, quote) if quote and not self._crowded(finding, quote) else None

    def _crowded(self, finding: Finding, quote: Span) -> bool:
        """The passage already carries a remark of this kind, or as many as one can take in.

        Praise never stands where a point does: the two would seem to contradict each other.
        """
        here = [c for c in self.chosen if c.quote.start < quote.end and quote.start < c.quote.end]
        if finding.rule.praise and here:
            return True
        return len(here) >= IN_ONE_SENTENCE or any(c.finding.rule.kind == finding.rule.kind for c in here)


def choose(prose: Prose, findings: list[Finding]) -> list[Choice]:
    """The best praise first, then the points that help most: five in all, fewer in a short section."""
    words = len(prose.words)
    praises = [finding for finding in findings if finding.rule.praise]
    selection = Selection(prose)
    most = MOST - bool(praises)
    points = selection.take((f for f in findings if not f.rule.praise), min(most, 2 + words // 40))
    room = min(MOST_PRAISE, MOST - len(points), 1 + words // 100)
    return selection.take(praises, room) + points


def _leading(findings: Iterable[Finding]) -> list[Finding]:
    """A few candidates of each rule, for a long text can hold thousands."""
    kept: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if len(kept[finding.rule.name]) < _spare(finding.rule):
            kept[finding.rule.name].append(finding)
    return [finding for group in kept.values() for finding in group]


def _spare(rule: WritingRule) -> int:
    return 4 * rule.most + 4
