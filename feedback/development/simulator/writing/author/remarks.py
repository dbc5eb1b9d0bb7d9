"""Remarks on what a reader may notice in a sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from feedback.documents import words_in
from feedback.providers.base import Comment, CommentKind

from .sentences import quote

LONG_SENTENCE = 32  # words

_CLAIM = re.compile(
    r"\b(studies|research|researchers|experts|scientists|statistics|surveys?|many people|most people)\s+"
    r"(have\s+)?(shows?|shown|says?|suggests?|proves?|proven|agree|believe|think|found)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\([^)]*\d{4}[^)]*\)|\[\d+\]|https?://")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to notice. In its message, {it} is the wording that gave it away."""

    kind: CommentKind
    notice: Callable[[str], str | None]  # a sentence to the wording, or None
    messages: tuple[str, ...]
    suggestions: tuple[str, ...] = ("",)

    def on(self, sentence: str, wording: str, chance: random.Random) -> Comment:
        message, suggestion = chance.choice(self.messages), chance.choice(self.suggestions)
        return Comment(
            kind=self.kind,
            quote=quote(sentence),
            message=message.replace("{it}", wording),
            suggestion=suggestion.replace("{it}", wording),
        )


def _wording(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.IGNORECASE)

    def notice(sentence: str) -> str | None:
        match = compiled.search(sentence)
        return match.group().strip() if match else None

    return notice


def _too_long(sentence: str) -> str | None:
    length = words_in(sentence)
    return str(length) if length > LONG_SENTENCE else None


def _unsourced(sentence: str) -> str | None:
    claim = _CLAIM.search(sentence)
    return claim.group() if claim and not _SOURCE.search(sentence) else None


REMARKS: tuple[Remark, ...] = (
    Remark(
        CommentKind.EVIDENCE,
        _unsourced,
        (
            'A reader will ask "which ones?" at "{it}". Nothing here lets anyone check it.',
            'You lean on "{it}" to carry this point, and so far it has no name, year or number behind it.',
        ),
        (
            "Name one source you trust and say in half a sentence what it found.",
            "Add the source, or say that this is your own observation and what it rests on.",
        ),
    ),
    Remark(
        CommentKind.CLARITY,
        _too_long,
        (
            "At {it} words this sentence asks the reader to hold a lot, and its point is easy to miss.",
            "There are several ideas in these {it} words, and they compete with one another.",
        ),
        (
            "Find the one thing that it must say, give it a sentence of its own, let the rest follow.",
            "Read it aloud: where you take a breath, a full stop may fit.",
        ),
    ),
    Remark(
        CommentKind.ARGUMENT,
        _wording(
            r"\b(always|never|everyone|everybody|nobody|no one|obviously|clearly|undoubtedly|proves?)\b"
        ),
        (
            '"{it}" leaves no room for exceptions: a single one that the reader knows weakens your point.',
            '"{it}" tells the reader how sure you are, but not why they should be sure too.',
        ),
        (
            "Say for whom or when it holds, or give the reason that makes you so sure.",
            "Think of the best counter-example you can, and answer it.",
        ),
    ),
    Remark(
        CommentKind.STYLE,
        _wording(r"\b(perhaps|maybe|somewhat|sort of|kind of|it seems(?: that)?|i (?:think|feel|believe))\b"),
        (
            'With "{it}" you step back from your own sentence. If you have reasons, say it outright.',
            '"{it}" makes the point sound less certain than the rest of the paragraph suggests you are.',
        ),
        (
            'Try the sentence without "{it}" and see whether you can stand behind it.',
            "If you are unsure here, say what exactly it depends on.",
        ),
    ),
    Remark(
        CommentKind.LANGUAGE,
        _wording(r"\b(things?|stuff|a lot(?: of)?|lots of|very|really|good|bad|nice|big|some people)\b"),
        (
            '"{it}" could mean almost anything here; you know what you mean, the reader has to guess.',
            'A more exact word than "{it}" would do more work in this sentence.',
        ),
        (
            'Ask "what kind?" or "how much?" and put the answer where "{it}" stands.',
            'Write down three words that could replace "{it}" and keep the most exact one.',
        ),
    ),
    Remark(
        CommentKind.STYLE,
        _wording(r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+)?\w{2,}(?:ed|wn|ught)\b"),
        (
            'It isn\'t said who acts here ("{it}"). Here the reader may want to know.',
            'The passive "{it}" keeps the one who acts out of sight, and the sentence weighs more for it.',
        ),
        ("Begin with who or what does it, and see whether the sentence gets shorter.",),
    ),
    Remark(
        CommentKind.STYLE,
        _wording(
            r"^(?:there (?:is|are|was|were)|it (?:is|was) (?:important|clear|true|interesting|known))\b"
        ),
        (
            'The first words, "{it}", say nothing yet; what the sentence is about comes late.',
            'An opening like "{it}" delays your point.',
        ),
        ("Start with the person or idea that the sentence is really about.",),
    ),
    Remark(
        CommentKind.STRUCTURE,
        _wording(
            r"^(?:also|and|another (?:thing|point|reason)|next|in addition|secondly|furthermore|moreover)\b"
        ),
        (
            '"{it}" puts this point beside the one before without saying how the two belong together.',
            'A list grows here ("{it}"). Does this strengthen the last point, limit it, or start anew?',
        ),
        ("Say the link in words: because of it, in spite of it, as an example of it.",),
    ),
)

PRAISE: tuple[Remark, ...] = (
    Remark(
        CommentKind.PRAISE,
        _wording(r"\([^)]*\d{4}[^)]*\)|\baccording to [A-Z]\w+|\b\d+(?:[.,]\d+)?\s?(?:%|percent|per cent)"),
        (
            'Something to hold on to: "{it}" lets the reader check what you say.',
            'This is concrete ("{it}"), and the paragraph is more convincing for it.',
        ),
    ),
    Remark(
        CommentKind.PRAISE,
        _wording(r"\b(?:because|therefore|as a result|so that|which means|this is why|consequently)\b"),
        (
            'You don\'t only state this, you give the reason ("{it}"). That makes the step easy to follow.',
            '"{it}" shows the reader how one thought leads to the other. More of this!',
        ),
    ),
    Remark(
        CommentKind.PRAISE,
        _wording(r"\b(?:however|although|on the other hand|in contrast|while|nevertheless|despite)\b"),
        (
            'Good that you look at the other side ("{it}"): it makes your own view more believable.',
            'The turn at "{it}" shows that you have weighed more than one view.',
        ),
    ),
    Remark(
        CommentKind.PRAISE,
        _wording(r"\b(?:for example|for instance|such as|imagine|in one case)\b"),
        (
            'The example ("{it}") makes a general point easy to picture.',
            '"{it}" brings the idea down to earth at the right moment.',
        ),
    ),
)
