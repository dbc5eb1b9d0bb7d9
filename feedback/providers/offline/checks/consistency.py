"""The same thing written in two ways."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from feedback.providers.offline.reading.prose import Prose, Word
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.grammar import FUNCTION_WORDS
from ..lexicon.spelling import ALWAYS_ISE, ALWAYS_IZE, AMBIGUOUS, BRITISH_AMERICAN, OPEN_OR_HYPHENATED
from ..rules import Remark, rule

_ISE = re.compile(r"([a-z]{3,})i([sz])(e|es|ed|ing|ation|ations|er|ers)\Z")
_AMERICAN = {american: british for british, american in BRITISH_AMERICAN.items()}
_LABEL = re.compile(r"\s*(?:\d|[A-Z]\b|[IVX]+\b)")  # "Table 3" and "Group B" are names
_NO_NOUN_FOLLOWS = r"(?=\s*[.,;:!?)]|\s+(?:is|are|was|were|has|have|can|will|of|in|for|and|or|that|which)\b)"
_HYPHENATED = re.compile(r"\b([a-z]{3,})-([a-z]{3,})\b")


def _own_words(prose: Prose) -> Iterator[Word]:
    return (word for word in prose.words if prose.is_own(word))


@rule(
    "mixed-spelling",
    CommentKind.LANGUAGE,
    label="British and American spelling mixed",
    weight=0.7,
    advice="Choose British or American spelling and set the spell-checker to it.",
    most=1,
    across_sections=True,
)
def mixed_spelling(prose: Prose, reader: Reader) -> Iterator[Remark]:
    british = [
        word for word in _own_words(prose) if word.text in BRITISH_AMERICAN and word.text not in AMBIGUOUS
    ]
    american = [word for word in _own_words(prose) if word.text in _AMERICAN and word.text not in AMBIGUOUS]
    if not british or not american:
        return
    fewer, table = (american, _AMERICAN) if len(american) <= len(british) else (british, BRITISH_AMERICAN)
    more = british if fewer is american else american
    names = ("American", "British") if fewer is american else ("British", "American")
    odd = fewer[0]
    yield Remark(
        odd.start,
        odd.end,
        f"“{odd.text}” is {names[0]} spelling, while “{more[0].text}” and the like are {names[1]}. "
        "A mixture looks as if the text came from two hands.",
        f"Either is right; keep to one. Here “{table[odd.text]}” would match the rest.",
        count=len(fewer),
    )


@rule(
    "ise-ize",
    CommentKind.LANGUAGE,
    label="-ise and -ize mixed",
    weight=0.5,
    advice="Keep to -ise or to -ize throughout.",
    most=1,
    across_sections=True,
)
def ise_and_ize(prose: Prose, reader: Reader) -> Iterator[Remark]:
    found: dict[str, list[Word]] = defaultdict(list)
    for word in _own_words(prose):
        match = _ISE.match(word.text)
        if match and not _fixed(match[1]):
            found[match[2]].append(word)
    if len(found) < 2:
        return
    fewer, more = ("s", "z") if len(found["s"]) < len(found["z"]) else ("z", "s")
    odd, other = found[fewer][0], found[more][0]
    matching = _ISE.sub(rf"\1i{more}\3", odd.text)
    yield Remark(
        odd.start,
        odd.end,
        f"“{odd.text}” is spelt with -i{fewer}-, but “{other.text}” with -i{more}-. Both are accepted; side "
        "by side they look like a slip.",
        f"Choose one for the whole text: “{matching}” would match “{other.text}”.",
        count=len(found[fewer]),
    )


def _fixed(root: str) -> bool:
    """Whether the ending has one spelling only: "exercise", "capsize"."""
    return f"{root}ise" in ALWAYS_ISE or f"{root}ize" in ALWAYS_IZE


@rule(
    "mixed-hyphenation",
    CommentKind.LANGUAGE,
    label="a term with and without its hyphen",
    weight=0.4,
    advice="Write each compound in one way.",
    most=1,
    across_sections=True,
)
def mixed_hyphenation(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """Attributive pairs ("long-term plan", "in the long term") are right in both forms and left alone."""
    text = prose.own.lower()
    seen: set[str] = set()
    for match in _HYPHENATED.finditer(text):
        term = match.group()
        if term in seen or term in OPEN_OR_HYPHENATED or _joins(match[1]) or _joins(match[2]):
            continue
        seen.add(term)
        other = re.search(rf"\b{match[1]}{match[2]}\b", text) or _open_noun(match[1], match[2], term, text)
        if other:
            yield Remark(
                other.start(),
                other.end(),
                f"Here it is “{prose.text[other.start() : other.end()]}”, elsewhere “{term}”. A reader may "
                "wonder whether two things are meant.",
                "Look the compound up in a dictionary once, and use that form each time.",
            )


def _open_noun(first: str, second: str, term: str, text: str) -> re.Match[str] | None:
    """The open form, where both forms are nouns: before a noun the hyphen is right ("a long-term plan")."""
    if not re.search(rf"\b{term}{_NO_NOUN_FOLLOWS}", text):
        return None
    return re.search(rf"\b{first}\s+{second}{_NO_NOUN_FOLLOWS}", text)


def _joins(part: str) -> bool:
    """Short function words, as in "up-to-date", belong to set expressions with rules of their own."""
    return len(part) <= 4 and part in FUNCTION_WORDS


@rule(
    "mixed-capitals",
    CommentKind.LANGUAGE,
    label="a term with and without its capital",
    weight=0.4,
    advice="Decide which terms take a capital, and keep to it.",
    most=1,
    across_sections=True,
)
def mixed_capitals(prose: Prose, reader: Reader) -> Iterator[Remark]:
    capital, small = _by_capital(prose)
    for key, words in capital.items():
        if key not in small or len(words) + small[key] < 3:
            continue
        word = words[0]
        written = prose.text[word.start : word.end]
        yield Remark(
            word.start,
            word.end,
            f"“{written}” has a capital here, but elsewhere it is “{key}”. Capitals mark names; a change "
            "suggests a different thing.",
            f"If it is a name, write “{written}” each time; if it is the ordinary word, “{key}”.",
            count=min(len(words), small[key]),
        )


def _by_capital(prose: Prose) -> tuple[Mapping[str, list[Word]], Mapping[str, int]]:
    """Words inside sentences by how they begin, without parts of longer names and labels with a number."""
    capital: dict[str, list[Word]] = defaultdict(list)
    small: Counter[str] = Counter()
    for sentence in prose.sentences:
        for before, word, after in zip(
            sentence.words, sentence.words[1:], (*sentence.words[2:], None), strict=False
        ):
            if len(word.text) < 5 or not prose.is_own(word):
                continue
            if prose.text[word.start].islower():
                small[word.text] += 1
            elif _alone(prose, before, word, after):
                capital[word.text].append(word)
    return capital, small


def _alone(prose: Prose, before: Word, word: Word, after: Word | None) -> bool:
    written = prose.text[word.start : word.end]
    name_before = not prose.text[before.start].islower() and before.text not in ("the", "a", "an", "i")
    name_after = after is not None and (prose.text[after.start].isupper() or after.text == "of")
    plain = prose.text[before.end : word.start].isspace()
    return (
        written[1:].islower()
        and plain
        and not name_before
        and not name_after
        and not _LABEL.match(prose.text, word.end)
    )
