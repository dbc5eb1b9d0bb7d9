"""Openings that point at nothing, and claims wrapped in too much caution."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import any_of, normal
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.wording import HEDGES
from ..rules import Remark, rule

STACKED = 2  # hedges close together in one sentence
DENSE = 4  # in one section, and more than one in sixty words
CLOSE = 60  # characters between two hedges that weaken the same claim

_BARE = re.compile(
    r"\s*(?P<word>This|These|Those|That|It)\s+(?P<verb>is|was|are|were|means?|meant|shows?|showed|makes?"
    r"|made|suggests?|"
    r"suggested|has|have|had|can|could|may|might|will|would|leads?|led|causes?|caused|helps?|helped|creates?"
    r"|created|"
    r"gives?|gave|allows?|allowed|happens?|happened|affects?|affected|proves?|proved|explains?"
    r"|explained)\b(?!\s+(?:what|why|how|where|when)\b)"
)
# "It is clear that ..." points forward, not back
_EXPLETIVE = re.compile(
    r"\s*It\s+(?:is|was|has been|can be|may be|would be|will be|seems|takes?|took)\b[^.]{0,60}\b(?:that|to"
    r"|who|whether|how)\b"
)
_HEDGE = re.compile(
    any_of(HEDGES).pattern.replace("(?:may)", "(?:(?-i:may))"), re.IGNORECASE
)  # not the month
_MODALS = frozenset(("may", "might", "could be", "could have"))


@rule(
    "unclear-opening",
    CommentKind.CLARITY,
    label="sentences that open with a bare “this” or “it”",
    weight=0.65,
    advice="After “this” at the start of a sentence, add the noun it stands for.",
)
def unclear_openings(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for paragraph in prose.blocks_of_prose:
        for index, sentence in enumerate(paragraph.sentences):
            own = prose.own_text(sentence)
            match = _BARE.match(own)
            if match is None or (match["word"] == "It" and (index > 0 or _EXPLETIVE.match(own))):
                continue
            if index == 0 and paragraph is prose.blocks_of_prose[0]:
                continue  # it may point at the heading
            yield _bare_remark(sentence.start, sentence.end, match, first=index == 0)


def _bare_remark(start: int, end: int, match: re.Match[str], *, first: bool) -> Remark:
    word, verb = match["word"], match["verb"]
    plural = word in ("These", "Those")
    example = "findings, rules, costs …" if plural else "delay, rule, result …"
    where = "in the paragraph before" if first else "in the sentence before"
    begin = "This" if word == "It" else word
    return Remark(
        start,
        end,
        f"“{word}” stands alone here, and several things {where} could be meant. The reader has to go back "
        "and choose.",
        f"Name it: “{begin} [{example}] {verb} …”.",
        strength=1.2 if first else 1.0,
    )


@rule(
    "hedging",
    CommentKind.ARGUMENT,
    label="claims weakened by several hedges",
    weight=0.6,
    advice="Keep one hedge for what is really uncertain, and state the rest plainly.",
)
def hedging(prose: Prose, reader: Reader) -> Iterator[Remark]:
    total = 0
    for sentence in prose.sentences:
        found = list(_HEDGE.finditer(prose.own_text(sentence)))
        total += len(found)
        if _stacked(found):
            yield Remark(
                sentence.start,
                sentence.end,
                f"{_said(found)} soften the same claim, and together they leave the reader unsure whether "
                "you hold it.",
                f"Keep the one that says how sure you are (such as “{_shown(found[0])}”), delete "
                "the others, "
                "and give the reason for the doubt.",
                strength=1.0 + 0.1 * (len(found) - STACKED),
                count=len(found),
            )
    if total >= DENSE and total * 60 > len(prose.words):
        yield from _everywhere(prose, total)


def _stacked(found: list[re.Match[str]]) -> bool:
    close = any(b.start() - a.end() <= CLOSE for a, b in itertools.pairwise(found))
    modals_only = all(normal(match.group()) in _MODALS for match in found)
    return len(found) >= STACKED and close and (not modals_only or len(found) > STACKED)


def _said(found: list[re.Match[str]]) -> str:
    words = list(dict.fromkeys(_shown(match) for match in found))
    if len(words) == 1:
        return f"The repeated “{words[0]}”s"
    return f"{', '.join(f'“{word}”' for word in words[:-1])} and “{words[-1]}”"


def _shown(match: re.Match[str]) -> str:
    return re.sub(r"\bi\b", "I", normal(match.group()))


def _everywhere(prose: Prose, total: int) -> Iterator[Remark]:
    first = next(_HEDGE.finditer(prose.own), None)
    sentence = prose.sentence_at(first.start()) if first else None
    if sentence:
        yield Remark(
            sentence.start,
            sentence.end,
            f"Cautious words such as this sentence's come up {total} times in the section. Caution is right "
            "where the "
            "evidence is thin; used everywhere, it hides which claims you stand behind.",
            "Choose the two or three claims that really are uncertain, say why they are, and state the "
            "others plainly.",
            strength=0.8,
            count=total,
        )
