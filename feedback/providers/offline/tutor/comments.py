"""Comments on the whole document: few, each on a passage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from feedback.providers.offline.reading.anchors import anchor

from ...base import Comment, Criterion
from ..rubric import criterion_for
from ..rules import clipped
from . import citing, closing, contradictions, figures, focus  # noqa: F401 (importing them registers the checks)
from .checks import WholeFinding
from .whole import Whole

MOST = 5  # comments on the whole, beside those on its sections
LONGEST = 600  # characters of a message: what quotes the text may meet a word without an end


def comments_on(
    whole: Whole, findings: Sequence[WholeFinding], criteria: Sequence[Criterion]
) -> list[Comment]:
    """The remarks that help most, in the order of the text."""
    chosen = sorted(_chosen(findings), key=lambda finding: finding.remark.start)
    return [made for finding in chosen if (made := _comment(whole, finding, criteria))]


def _chosen(findings: Sequence[WholeFinding]) -> Iterator[WholeFinding]:
    times: Counter[str] = Counter()
    places: set[int] = set()
    for finding in sorted(findings, key=lambda finding: -finding.rank):
        if times.total() == MOST:
            return
        if times[finding.rule.name] < finding.rule.most and finding.remark.start not in places:
            times[finding.rule.name] += 1
            places.add(finding.remark.start)
            yield finding


def _comment(whole: Whole, finding: WholeFinding, criteria: Sequence[Criterion]) -> Comment | None:
    quote = anchor(whole.text, finding.remark.start, finding.remark.end)
    if quote is None:
        return None
    return Comment(
        kind=finding.rule.kind,
        quote=whole.text[quote.start : quote.end],
        message=clipped(finding.remark.message, LONGEST),
        suggestion=clipped(finding.remark.suggestion, LONGEST),
        criterion=criterion_for(finding.rule, criteria),
    )


def advice_of(findings: Sequence[WholeFinding]) -> dict[str, float]:
    """The next step of each check that found something, with its weight."""
    return {finding.rule.advice: finding.rule.weight for finding in findings}
