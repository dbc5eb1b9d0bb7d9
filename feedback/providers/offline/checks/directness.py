"""Openings that point at nothing, and claims wrapped in too much caution."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import any_of, normal
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.wording import HEDGES
from ..rules import Remark, joined, rule

MANY = 4  # hedges in one sentence
PLAIN = 6  # words a hedge, at least

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
# "anything that could possibly help" and "how could this possibly be" stress, and do not doubt
_STRESSED = re.compile(r"\b(?:no|none|nobody|nothing|any|only|than|how|what|if|whatever)\b|\?", re.IGNORECASE)
_UNSURE = r"(?:possibly|perhaps|maybe|presumably)"
_DOUBLED = re.compile(
    rf"\b(?:(?-i:may)|might|(?<!that )(?<!this )(?<!it )could)\s+(?:well\s+|also\s+|even\s+"
    rf"|have\s+){{0,2}}{_UNSURE}\b"
    r"|\b(?:perhaps|maybe|possibly|probably|presumably|conceivably)\s+(?:(?:it|they|this|that|he|she|we|I"
    r"|the|a|an"
    r"|such|these)\s+(?:[a-z]+\s+){0,2}?)?(?:might|(?-i:may))\b"
    rf"|\b{_UNSURE}\b[^.;:,]{{1,50}}\b(?!(?:or)\b){_UNSURE}\b"
    r"|\bit (?:is (?:also )?possible|(?:may|might"
    r"|could) be(?: also)?(?: possible)?) that\s+(?:\w+\s+){1,5}?(?:might|(?-i:may)"
    r"|could (?:perhaps|possibly|maybe))\b"
    r"|\bit seems that\s+(?:\w+\s+){1,5}?might\b"
    r"|\b(?:it seems|I think|I guess|I suppose) (?:that )?(?:maybe|perhaps|possibly|(?:it|I|they|this"
    r"|we) might)\b",
    re.IGNORECASE,
)


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
    "doubled-hedge",
    CommentKind.ARGUMENT,
    label="claims weakened twice",
    weight=0.6,
    advice="Keep one hedge for what is really uncertain, and state the rest plainly.",
)
def doubled_hedge(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """Two words for one doubt side by side, or so many in a sentence that it claims nothing."""
    for sentence in prose.sentences:
        own = prose.own_text(sentence)
        pair = None if _STRESSED.search(own) else _DOUBLED.search(own)
        found = list({normal(match.group()): match for match in _HEDGE.finditer(own)}.values())
        if pair is None and not (len(found) >= MANY and sentence.length <= MANY * PLAIN):
            continue
        words = f"“{_shown(pair)}”" if pair else joined([f"“{_shown(match)}”" for match in found])
        yield Remark(
            sentence.start,
            sentence.end,
            f"{words} {'doubts' if pair else 'doubt'} the same claim more than once, and the reader is left "
            "unsure whether you hold it.",
            "How sure are you? Keep the one word that says it, leave the others out, and give the reason for "
            "the doubt.",
            strength=1.2 if len(found) >= MANY else 1.0,
        )


def _shown(match: re.Match[str]) -> str:
    return re.sub(r"\bi\b", "I", normal(match.group()))
