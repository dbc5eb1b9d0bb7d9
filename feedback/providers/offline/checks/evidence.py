"""Claims, quotations and quantities that ask for something to rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import matching
from feedback.providers.offline.reading.prose import Prose, Sentence
from feedback.providers.offline.reading.reader import Reader
from feedback.providers.offline.reading.spans import Span

from ...base import CommentKind
from ..lexicon.claims import CLAIMED_EVIDENCE, GREAT_CHANGES
from ..lexicon.grammar import SPEECH
from ..rules import Remark, excerpt, rule

QUOTATION_WORDS = 6  # shorter ones are terms or irony
TALK = 30  # characters between what two speakers say
NEARBY = 80  # characters after a quotation in which its source may stand

_CLAIMED = matching(CLAIMED_EVIDENCE)
_POINTS = re.compile(
    r"(?:\b(?:the|these|this|those|that|such|our|my|his|her|their|its|summary|of|not|two|three|four|both|and"
    r"|fellow)|[’']s?)\s+\Z",
    re.IGNORECASE,
)
_RESEARCH = re.compile(
    r"stud|research|scien|expert|survey|statistic|report|schol|histor|evidence", re.IGNORECASE
)
_GREAT = matching(GREAT_CHANGES)
# supposed, denied, or a finding of statistics, whose figures stand elsewhere
_NO_REPORT = re.compile(
    r"\b(?:if|would|could|may|might|can|should|when|whether|will|until|unless|must|statistically|not|to|I"
    r"|we)\b"
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
# talk that the writer heard or took part in is its own source
_HEARD = re.compile(
    r"\b(?:I|we|you|me|us|(?:my|our|one|a|an)\s+\w+(?:\s+\w+)?)\s+(?:\w+ly\s+|had\s+|then\s+|just\s+)?"
    rf"{SPEECH}\b|{SPEECH}\s+(?:I|we|to me|me|us|my|our)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my)\b")
_SPOKEN = re.compile(r"\b(?:I|me|my|you|your|we|us)\b|!", re.IGNORECASE)
_PRESENT = re.compile(
    r"\b(?:says|cries|asks|explains|answers|replies|tells|thinks|writes|calls|admits|claims|whispers|shouts"
    r"|adds"
    r"|begins|declares|remarks|insists|exclaims|states|notes|argues|describes|is)\b"
)
# words that are nobody's in particular, or that nobody has said
_NOBODYS = re.compile(
    r"\b(?:sayings?|says it|proverbs?|mottos?|maxims?|adages?|slogans?|phrases?|terms?|words?|questions?"
    r"|statements?"
    r"|entitled|titled|called|headlines?|sign|label|known as|so-called|such as|if|would|could|might|should"
    r"|imagine"
    r"|people (?:say|think|believe)|some (?:say|may say)|like|means?|stands for|ask(?:s|ed)?|survey|item"
    r"|respondents?)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\A[\s.,;”\"]*(?:\(?[A-Z]\w{1,3}\.?\s?\d|[-–—]\s?[A-Z]|[Ss]ee\s+[A-Z])|"
    r"\(\s*(?:para?|pp?|l|ll|ch|lines?|chapter|act|sec|section|page|pages|paragraphs?|stanza|v)\b\.?\s*\d"
    r"|\(\d|\A[\s.,;”\"]*\d|\b(?:page|chapter|line|act|scene|stanza|paragraph|section|part|book)\s+(?:\d"
    r"|[IVX]+\b"
    r"|one\b|two\b|three\b|four\b|five\b)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|should|must|may|might|let"
    r"|\w{3,}(?:ed|es))\b",
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
    label="quotations without their place",
    weight=0.95,
    advice="Say of each quotation where it stands: author, year and page, or chapter and line.",
)
def quotations_without_source(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """Words that a reader could look up, where nothing near them says in which place."""
    if not reader.academic:
        return
    for span in prose.quotations:
        sentence = prose.sentence_at(span.start)
        quoted = prose.text[span.start + 1 : span.end - 1]
        if sentence is None or len(quoted.split()) < QUOTATION_WORDS or not _is_statement(quoted):
            continue
        frame = prose.own[max(0, sentence.start - NEARBY) : min(len(prose.text), span.end + NEARBY)]
        if _HEARD.search(frame) or _NOBODYS.search(frame) or _has_place(prose, sentence, span):
            continue
        if _FIRST_PERSON.search(prose.own_text(sentence)) or _is_talk(prose, span, frame):
            continue
        yield Remark(
            span.start,
            span.end,
            "These are somebody else's words, and the reader cannot look them up: nothing here says "
            "where they stand.",
            "Where did you find them? Add the place right after the closing quotation mark (author, year, "
            "page, or chapter and line), and say in your own words what the quotation shows.",
            strength=1.1,
        )


def _is_talk(prose: Prose, span: Span, frame: str) -> bool:
    """Whether a story or a memory tells it: speakers answer each other, or one spoke and the frame is past.

    An essay on a book says what a character says, in the present.
    """
    near = any(
        other != span and min(abs(other.start - span.end), abs(span.start - other.end)) < TALK
        for other in prose.quotations
    )
    spoken = _SPOKEN.search(prose.text, span.start, span.end)
    return near or (spoken is not None and not _PRESENT.search(frame))


def _is_statement(quoted: str) -> bool:
    """Whether it says something: a title or a term does not."""
    words = quoted.split()
    capitals = sum(word[:1].isupper() for word in words[1:])
    return bool(_VERB.search(quoted)) and 2 * capitals < len(words) and not quoted.rstrip().endswith("?")


def _has_place(prose: Prose, sentence: Sentence, span: Span) -> bool:
    """Whether a source or a place stands in the sentence, in the one before it or in the one after."""
    index = prose.index_at(sentence.start)
    start = prose.sentences[max(0, index - 1)].start
    end = max(prose.sentences[min(index + 1, len(prose.sentences) - 1)].end, span.end + NEARBY)
    return (
        prose.cites(start, end)
        or bool(_PLACE.search(prose.text[span.end : span.end + NEARBY]))
        or bool(_PLACE.search(prose.own[start:end]))
        or bool(_NAMED_SOURCE.search(prose.text[sentence.start : sentence.end]))
    )


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
