"""What a student hears of the whole document: few comments, each on a passage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from feedback.providers.offline.reading.anchors import anchor

from ...base import Comment, Criterion
from ..rubric import criterion_for
from ..rules import clipped
from . import citing, closing, figures, focus  # noqa: F401 (importing them registers the checks)
from .checks import WholeFinding, find_in_whole
from .whole import Whole

MOST = 5  # comments on the whole, beside those on its sections
MOST_SAID = 600  # characters of a message: what quotes the text may meet a word without an end


def comments_on(whole: Whole, criteria: Sequence[Criterion]) -> list[Comment]:
    """The remarks that help most, in the order of the text."""
    chosen = sorted(_chosen(whole), key=lambda finding: finding.remark.start)
    return [made for finding in chosen if (made := _comment(whole, finding, criteria))]


def _chosen(whole: Whole) -> Iterator[WholeFinding]:
    said: Counter[str] = Counter()
    places: set[int] = set()
    for finding in sorted(find_in_whole(whole), key=lambda finding: -finding.rank):
        if said.total() == MOST:
            return
        if said[finding.rule.name] < finding.rule.most and finding.remark.start not in places:
            said[finding.rule.name] += 1
            places.add(finding.remark.start)
            yield finding


def _comment(whole: Whole, finding: WholeFinding, criteria: Sequence[Criterion]) -> Comment | None:
    quote = anchor(whole.text, finding.remark.start, finding.remark.end)
    if quote is None:
        return None
    return Comment(
        kind=finding.rule.kind,
        quote=whole.text[quote.start : quote.end],
        message=clipped(finding.remark.message, MOST_SAID),
        suggestion=clipped(finding.remark.suggestion, MOST_SAID),
        criterion=criterion_for(finding.rule, criteria),
    )


def advice_on(whole: Whole) -> dict[str, float]:
    """The next step of each check that found something, with its weight."""
    return {finding.rule.advice: finding.rule.weight for finding in find_in_whole(whole)}
