"""Sentences and paragraphs that outgrow a reader's memory, and readability as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.prose import Paragraph, Prose, Sentence
from feedback.providers.offline.reading.readability import grade, long_words
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..rules import Remark, excerpt, joined, rule

GIANT_PARAGRAPH = 260  # words; about a page of double-spaced type
ENOUGH_TO_GRADE = 60  # words: the grade of less says little
TOLERATED = 1.1  # times the comfortable length: a word too many is no fault
LIST_LIKE = 6  # so many commas or semicolons are an enumeration, which may be long

# where both halves stand as sentences: a semicolon, or a conjunction with a subject and its verb after it
_SUBJECT = r"(?:I|we|you|he|she|it|they|this|that|these|those|there)"
_VERB = (
    r"(?:am|is|are|was|were|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must"
    r"|\w{2,}(?:ed|s))"
)
_SEAM = re.compile(
    rf"(?:;|,\s+(?:and|but|so))(?=\s+{_SUBJECT}\s+(?:\w+ly\s+|never\s+|also\s+)?{_VERB}\b)", re.IGNORECASE
)
_SEVERAL = re.compile(r"[a-z)][.!?]\s+[^a-z\s]")
_LEADING = re.compile(r"[\s,;]*(?:and\s+)?", re.IGNORECASE)


@rule(
    "long-sentence",
    CommentKind.CLARITY,
    label="over-long sentences",
    weight=0.75,
    advice="Split the longest sentences, so that each carries one main idea.",
    any_language=True,
)
def long_sentences(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        excess = _own_length(prose, sentence) / reader.sentence_words
        if excess > TOLERATED and not _enumerates(prose, sentence):
            yield Remark(
                sentence.start,
                sentence.end,
                f"This sentence runs to {sentence.length} words. By the end {reader.name} "
                f"{reader.does('has', 'have')} to remember a lot before the main point is complete.",
                _split_advice(prose, sentence),
                strength=min(excess, 2.0),
            )


def _own_length(prose: Prose, sentence: Sentence) -> int:
    """Words without quoted ones: quoted speech has sentences of its own."""
    return sum(prose.is_own(word) for word in sentence.words)


def _enumerates(prose: Prose, sentence: Sentence) -> bool:
    """A list, which may be long, or several sentences that were not told apart."""
    text = prose.text[sentence.start : sentence.end]
    return text.count(",") + text.count(";") >= LIST_LIKE or bool(_SEVERAL.search(text))


def _split_advice(prose: Prose, sentence: Sentence) -> str:
    """Where the sentence could end: the seam nearest to its middle, outside quotations and brackets."""
    own = prose.own_text(sentence)
    seams = [match for match in _SEAM.finditer(own) if _parts(own, match.start())]
    if not seams:
        return "Say the main point in a short sentence first, and give the details in a second one."
    seam = min(seams, key=lambda match: abs(match.start() - len(own) / 2))
    before = prose.text[sentence.start : sentence.start + seam.start()].split()
    rest = _LEADING.sub("", prose.text[sentence.start + seam.start() : sentence.end], count=1).split()
    return (
        f"Try a full stop after “… {excerpt(' '.join(before[-4:]))}” and begin a new sentence with "
        f"“{excerpt(' '.join(rest[:5]))} …”."
    )


def _parts(own: str, at: int) -> bool:
    """Whether a full stop at this place leaves two sentences, and no bracket or dash open."""
    before = own[:at]
    opened = before.count("(") > before.count(")") or len(re.findall(r"\s[–—]\s", before)) % 2 == 1
    return 0.25 < at / len(own) < 0.75 and not opened and ":" not in before


@rule(
    "giant-paragraph",
    CommentKind.STRUCTURE,
    label="very long paragraphs",
    weight=0.85,
    advice="Break the longest paragraphs where the topic turns.",
    any_language=True,
)
def giant_paragraphs(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for paragraph in prose.paragraphs:
        if paragraph.words > GIANT_PARAGRAPH:
            first = paragraph.sentences[0]
            yield Remark(
                first.start,
                first.end,
                f"The paragraph that starts here is about {_rounded(paragraph.words)} words long. Readers "
                "use the break "
                "between paragraphs to see where one point ends and the next begins; here they get none.",
                _break_advice(prose, paragraph),
                strength=min(paragraph.words / GIANT_PARAGRAPH, 2.0),
            )


def _rounded(words: int) -> int:
    step = 10 if words < 1000 else 100
    return round(words / step) * step


def _break_advice(prose: Prose, paragraph: Paragraph) -> str:
    """The sentence near the middle that shares least with the one before it."""
    sentences = paragraph.sentences
    middle = range(max(1, len(sentences) // 3), max(2, 2 * len(sentences) // 3))
    candidates = [index for index in middle if index < len(sentences)]
    if len(sentences) < 4 or not candidates:
        return "Look for the place where the topic turns, and start a new paragraph there."
    turn = min(candidates, key=lambda index: _shared(sentences[index - 1], sentences[index]))
    text = excerpt(prose.text[sentences[turn].start : sentences[turn].end], 50)
    return f"A new paragraph could begin at “{text}”. Then check that each half has one point of its own."


def _shared(first: Sentence, second: Sentence) -> int:
    long = {word.text for word in first.words if len(word.text) > 4}
    return len(long & {word.text for word in second.words})


@rule(
    "readability",
    CommentKind.CLARITY,
    label="passages that read harder than the audience needs",
    weight=0.7,
    advice="Bring the hardest paragraphs nearer to your reader: shorter sentences, and everyday words "
    "where no term is needed.",
    most=1,
)
def readability(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """The paragraph that is hardest for the stated audience, where it is clearly too hard."""
    scored = [(_hardness(paragraph, reader), paragraph) for paragraph in prose.paragraphs]
    hardest, paragraph = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if paragraph is None or hardest <= reader.grade + 1:
        return
    average = round(paragraph.words / len(paragraph.sentences))
    examples = [f"“{word}”" for word in long_words(prose, paragraph, most=3)]
    first = paragraph.sentences[0]
    yield Remark(
        first.start,
        first.end,
        f"The paragraph that starts here is hard going for {reader.name}: its sentences average about "
        f"{average} words, "
        + (
            f"and long words such as {joined(examples)} come close together."
            if len(examples) > 1
            else "with few places to rest."
        ),
        "Keep the terms that your reader needs, and say the rest in everyday words. Reading it aloud shows "
        "where it drags.",
        strength=min(1.3, hardest / (reader.grade + 1)),
    )


def _hardness(paragraph: Paragraph, reader: Reader) -> float:
    """The grade of a paragraph without its over-long sentences, which get remarks of their own."""
    usual = [s for s in paragraph.sentences if s.length <= reader.sentence_words * TOLERATED]
    words = sum(sentence.length for sentence in usual)
    return grade(usual) if len(usual) >= 2 and words >= ENOUGH_TO_GRADE else 0.0
