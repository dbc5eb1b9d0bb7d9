"""Spelling, capitals, joined words and grammar: what the engine found, three places to a remark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..mechanics import wording
from ..mechanics.slip import Slip, SlipKind
from ..rules import Check, Remark, rule

PLACES = 3  # in one remark
REMARKS = 3  # in a section; what is left shows in their count


def _check(kind: SlipKind) -> Check:
    def check(prose: Prose, reader: Reader) -> Iterator[Remark]:
        slips = [slip for slip in prose.mechanics.slips if slip.kind is kind]
        for at, group in enumerate(islice(_grouped(prose, slips), REMARKS)):
            yield _remark(prose, group, strength=1.0 - 0.1 * at)

    return check


def _grouped(prose: Prose, slips: Sequence[Slip]) -> Iterator[Sequence[Slip]]:
    """Three places each, the same words once."""
    places = {prose.text[slip.start : slip.end].lower(): slip for slip in reversed(slips)}
    once = sorted(places.values(), key=lambda slip: slip.start)
    return (once[at : at + PLACES] for at in range(0, len(once), PLACES))


def _remark(prose: Prose, slips: Sequence[Slip], *, strength: float) -> Remark:
    words = [(prose.text[slip.start : slip.end], slip) for slip in slips]
    say: Callable[..., tuple[str, str]] = wording.german if prose.language.code == "de" else wording.english
    message, suggestion = say(words)
    return Remark(
        slips[0].start,
        slips[0].end,
        message,
        suggestion,
        strength=strength,
        count=len(slips),
        places=tuple(slips),
    )


rule(
    "spelling",
    CommentKind.LANGUAGE,
    label="spelling",
    weight=0.8,
    advice="Run a spell-checker over the whole, and look up the words that it marks.",
    most=REMARKS,
    any_language=True,
)(_check(SlipKind.SPELLING))
rule(
    "grammar",
    CommentKind.LANGUAGE,
    label="grammar",
    weight=0.85,
    advice="Read each sentence aloud once, and check that verb and subject go together.",
    most=REMARKS,
)(_check(SlipKind.GRAMMAR))
rule(
    "capital-letter",
    CommentKind.LANGUAGE,
    label="missing capital letters",
    weight=0.6,
    advice="Begin each sentence and each name with a capital letter.",
    most=1,
)(_check(SlipKind.CAPITAL))
