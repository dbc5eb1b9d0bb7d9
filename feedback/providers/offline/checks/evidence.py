"""Claims, quotations and quantities that ask for something to rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import matching
from feedback.providers.offline.reading.prose import Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.claims import CLAIMED_EVIDENCE, GREAT_CHANGES
from ..lexicon.grammar import SPEECH
from ..rules import Remark, excerpt, rule

QUOTATION_WORDS = 4  # shorter ones are terms or irony
NEARBY = 80  # characters after a quotation in which its source may stand

_CLAIMED = matching(CLAIMED_EVIDENCE)
_POINTS = re.compile(
    r"\b(?:the|these|this|those|that|such|our|my|his|her|their|its|summary|of)\s+\Z", re.IGNORECASE
)
_RESEARCH = re.compile(
    r"stud|research|scien|expert|survey|statistic|report|schol|histor|evidence", re.IGNORECASE
)
_GREAT = matching(GREAT_CHANGES)
# supposed, denied, or a finding of statistics, whose figures stand elsewhere
_NO_REPORT = re.compile(
    r"\b(?:if|would|could|may|might|can|should|when|whether|will|until|unless|must|statistically|not|to|I|we)\b"
    r"|\b(?:figure|fig|table|graph|chart|overall)\b|\?",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\d|\b(?:per ?cent|percent|half|third|quarter|twice|double[ds]?|dozen|hundred|thousand|million|two"
    r"|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_NAMED_SOURCE = re.compile(
    r"\b[A-Z][a-z]+\s+(?:\(|and [A-Z]|et al)|\b(?:page|chapter|line|act|scene|p\.)\s*\d", re.UNICODE
)
# a capital inside the sentence, or a name as its first word before a verb by which people say things
_SAYING = r"(?:calls?|called|puts?|notes?|noted|(?:describe|argue|observe)[sd]?|(?:claim|insist)(?:s|ed)?)"
_NAME_INSIDE = re.compile(
    rf"(?<=[\w,:;(] )[A-Z][\w’']{{2,}}|^\s*[A-Z][\w’']+(?:\s[A-Z][\w’']+)?,?\s+(?:{SPEECH}|{_SAYING})\b"
)
# talk that the writer heard or took part in is its own source
_HEARD = re.compile(
    r"\b(?:I|he|she|they|we|you|(?:my|our|his|her|their|one|the|a)\s+\w+(?:\s+\w+)?)\s+(?:\w+ly\s+|had\s+"
    rf"|then\s+|just\s+)?{SPEECH}\b"
    rf"|{SPEECH}\s+(?:I|he|she|they|we|my|our|one)\b",
    re.IGNORECASE,
)


@rule(
    "claimed-evidence",
    CommentKind.EVIDENCE,
    label="evidence that is claimed but not shown",
    weight=1.0,
    advice="Give the source wherever you appeal to research, experts or common knowledge.",
)
def claimed_evidence(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _CLAIMED.finditer(prose.own):
        sentence = prose.sentence_at(match.start())
        phrase = excerpt(match.group())
        if _POINTS.search(prose.own, max(0, match.start() - 12), match.start()):
            continue  # "the researchers" were named before, "this evidence" is the writer's own
        if sentence is None or _supported(prose, sentence, look_on=bool(_RESEARCH.search(phrase))):
            continue
        yield Remark(
            sentence.start,
            sentence.end,
            _nothing_named(phrase),
            _name_the_source(phrase),
            strength=1.1 if reader.academic else 0.9,
        )


def _nothing_named(phrase: str) -> str:
    if _RESEARCH.search(phrase):
        return (
            f"“{phrase}” promises evidence, but none is named, so a careful reader cannot check it and may "
            "doubt "
            "the rest."
        )
    return (
        f"“{phrase}” leans on what readers are supposed to know. One who does not agree has nothing to check."
    )


def _name_the_source(phrase: str) -> str:
    if _RESEARCH.search(phrase):
        return (
            "Which one? Name one source (who, when, what they found), or make it your own claim and give "
            "your reason."
        )
    return (
        "If everybody knows it, you can leave the phrase out; if somebody might disagree, give the reason "
        "or a source."
    )


def _supported(prose: Prose, sentence: Sentence, *, look_on: bool) -> bool:
    """A citation in this sentence (or the next), or a source named in words."""
    index = prose.index_at(sentence.start) + look_on
    end = prose.sentences[min(index, len(prose.sentences) - 1)].end
    named = _NAMED_SOURCE.search(prose.text[sentence.start : sentence.end])
    return prose.cites(sentence.start, end) or named is not None


@rule(
    "quotation-without-source",
    CommentKind.EVIDENCE,
    label="quotations without a source",
    weight=1.0,
    advice="Add author, year and page to each quotation.",
)
def quotations_without_source(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for span in prose.quotations:
        sentence = prose.sentence_at(span.start)
        words = len(prose.text[span.start : span.end].split())
        if sentence is None or words < QUOTATION_WORDS:
            continue
        frame = prose.own[max(sentence.start, span.start - 200) : min(len(prose.text), span.end + NEARBY)]
        if prose.cites(sentence.start, max(sentence.end, span.end + NEARBY)) or _HEARD.search(frame):
            continue
        if _names(prose, sentence):
            continue
        yield Remark(
            span.start,
            span.end,
            "These are somebody else's words, and the reader cannot see whose or look them up in their "
            "place.",
            "Add the source right after the closing quotation mark (author, year, page), and say in your "
            "own words what the "
            "quotation shows.",
            strength=1.1 if reader.academic else 0.8,
        )


def _names(prose: Prose, sentence: Sentence) -> bool:
    """Whether the sentence that frames a quotation says whose words they are, or where they stand."""
    own = prose.own_text(sentence)
    return bool(_NAMED_SOURCE.search(prose.text[sentence.start : sentence.end]) or _NAME_INSIDE.search(own))


@rule(
    "change-without-figure",
    CommentKind.EVIDENCE,
    label="changes and shares without a figure",
    weight=0.7,
    advice="Put the figure beside words such as “significantly”.",
)
def change_without_figure(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """A change that is said to be great, or a great share, where no figure or source stands near it."""
    for index, sentence in enumerate(prose.sentences):
        own = prose.own_text(sentence)
        match = _GREAT.search(own)
        if match is None or _NO_REPORT.search(own):
            continue
        near = prose.sentences[index : index + 2]
        if prose.cites(near[0].start, near[-1].end) or any(
            _FIGURE.search(prose.text[each.start : each.end]) for each in near
        ):
            continue
        start = sentence.start + match.start()
        yield Remark(
            start,
            sentence.start + match.end(),
            f"How much is “{excerpt(match.group())}”? One reader will imagine a little more than before, "
            "another twice as much.",
            "Can you give the number, the share or the range, with its source? If not, say what you saw "
            "yourself, or compare it with something known.",
            strength=1.0 if reader.academic or not reader.personal else 0.7,
        )
