"""What the whole document's shape shows: its frame, its balance, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from feedback.providers.offline.checks.repetition import stem
from feedback.providers.offline.lexicon.grammar import FUNCTION_WORDS
from feedback.providers.offline.rules import joined

from .headings import CONCLUSION, INTRODUCTION
from .prose import Prose

ECHO = 4  # key words that a conclusion shares with its introduction
SHORT_DOCUMENT = 250  # words: no frame is needed
THIN = 40  # words in a section that has hardly begun
DOMINANT = 0.45  # share of the words in one of three or more sections

_CLOSING_WORDS = re.compile(
    r"\b(?:in conclusion|to conclude|in short|overall|to sum up|in summary|taken together|this essay has)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\s*(?:\d+(?:\.\d+)*|[IVX]+)[.)]?\s")


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    prose: Prose

    @property
    def words(self) -> int:
        return len(self.prose.words)


@dataclass(frozen=True, slots=True)
class Observation:
    """A strength where `advice` is empty, else something to change."""

    message: str
    advice: str = ""
    weight: float = 0.9


def observe(parts: Sequence[Part], *, personal: bool = False) -> Iterator[Observation]:
    """Parts with prose in order, without the list of references."""
    total = sum(part.words for part in parts)
    if total >= SHORT_DOCUMENT and all(part.prose.language.english for part in parts if part.words):
        yield from _frame(parts, personal=personal)
    yield from _balance(parts, total)
    yield from _headings([part.heading for part in parts if part.heading.strip()])


def _frame(parts: Sequence[Part], *, personal: bool) -> Iterator[Observation]:
    opening, closing = _opening(parts, personal=personal), _closing(parts)
    if not closing and len(parts) == 1:
        return  # without headings and closing words nothing tells where it would begin
    if not closing:
        yield Observation(
            "There is no conclusion that can be recognised as one.",
            "Add a conclusion that answers the question of your introduction and says what follows from the "
            "answer.",
            weight=1.2,
        )
        return
    if len(parts) > 1 and not opening:
        yield Observation(
            "The first section goes straight into the matter, without saying what the document is for.",
            "Begin with a short introduction: the question, why it matters, and how you will go about it.",
            weight=1.1,
        )
        return
    shared = sorted(_key_words(opening) & _key_words(closing))
    if len(shared) >= ECHO:
        examples = joined([f"“{word}”" for word in _telling(shared, opening)])
        yield Observation(
            f"Beginning and end belong together: the conclusion takes up {examples} from the introduction."
        )
    elif min(len(opening.split()), len(closing.split())) >= THIN:
        yield Observation(
            "The conclusion hardly takes up the words of the introduction, so it seems to answer another "
            "question.",
            "Reread your first paragraph, and let the conclusion answer exactly what it asked.",
            weight=1.05,
        )


def _opening(parts: Sequence[Part], *, personal: bool) -> str:
    """The text that introduces: under its own heading, or the first paragraphs of a document without one."""
    first = next((part for part in parts if part.words), None)
    if first is None:
        return ""
    if INTRODUCTION.search(first.heading) or len(parts) == 1 or personal or _introduces(first):
        return _paragraphs(first.prose, slice(0, 2) if len(parts) == 1 else slice(None))
    return ""


def _introduces(part: Part) -> bool:
    """No heading that names a topic of its own, or a first section that says what is to come."""
    return not part.heading.strip() or bool(
        re.search(
            r"\b(?:this (?:essay|report|piece|paper)|i (?:will|argue|want to))\b|\?",
            part.prose.own,
            re.IGNORECASE,
        )
    )


def _closing(parts: Sequence[Part]) -> str:
    for part in reversed(parts):
        if CONCLUSION.search(part.heading) and part.words:
            return part.prose.text
    last = next((part for part in reversed(parts) if part.words), None)
    if last is None or not last.prose.paragraphs:
        return ""
    final = _paragraphs(last.prose, slice(-1, None))
    return final if _CLOSING_WORDS.search(final) else ""


def _paragraphs(prose: Prose, which: slice) -> str:
    return "\n\n".join(prose.text[p.start : p.end] for p in prose.paragraphs[which])


def _key_words(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{5,}", text.lower())
    return frozenset(stem(word) for word in words if word not in FUNCTION_WORDS)


def _telling(shared: list[str], opening: str) -> list[str]:
    """The shared words that the introduction uses most: they carry its subject."""
    ranked = sorted(shared, key=lambda word: (-opening.lower().count(word), word))[:3]
    written = (re.search(rf"\b{re.escape(word)}\w*", opening, re.IGNORECASE) for word in ranked)
    return [match.group() if match else word for match, word in zip(written, ranked, strict=True)]


def _balance(parts: Sequence[Part], total: int) -> Iterator[Observation]:
    written = [part for part in parts if part.words]
    if len(written) < 3 or total < SHORT_DOCUMENT:
        return
    largest = max(written, key=lambda part: part.words)
    thin = [part for part in written if part.words < THIN and part.heading.strip()]
    if largest.words > DOMINANT * total and largest.words > 2.5 * median(part.words for part in written):
        yield Observation(
            f"“{largest.heading or 'The first section'}” holds about "
            f"{round(20 * largest.words / total) * 5} % of the text.",
            f"Divide “{largest.heading or 'the first section'}” by a subheading, or move part of it to "
            "where it supports another point.",
            weight=0.8,
        )
    elif thin:
        yield Observation(
            f"“{thin[0].heading}” has only {thin[0].words} words.",
            f"Develop “{thin[0].heading}” with a reason and an example, or join it to a neighbouring "
            "section.",
            weight=0.75,
        )
    else:
        yield Observation(f"The {len(written)} sections are balanced: none crowds out the others.")


def _headings(headings: Sequence[str]) -> Iterator[Observation]:
    if len(headings) < 3:
        return
    numbered = sum(bool(_NUMBER.match(heading)) for heading in headings)
    forms = {_form(heading) for heading in headings if len(heading.split()) > 1}
    if 0 < numbered < len(headings):
        unnumbered = next(heading for heading in headings if not _NUMBER.match(heading))
        yield Observation(
            "Some headings are numbered and some are not.",
            f"Number all headings or none (“{unnumbered}” has no number).",
            0.5,
        )
    elif len(forms) >= 3:
        yield Observation(
            "The headings are built in different ways: " + ", ".join(sorted(forms)) + ".",
            "Give the headings one form (all phrases, all questions or all statements), so that they read "
            "as a list.",
            weight=0.5,
        )


def _form(heading: str) -> str:
    text = _NUMBER.sub("", heading).strip()
    first = text.split()[0].lower() if text.split() else ""
    if text.endswith("?"):
        return "questions"
    if first.endswith("ing") and len(first) > 5:
        return "“-ing” phrases"
    if re.search(r"\b(?:is|are|was|were|has|have|should|must|can|will|does|do)\b", text.lower()):
        return "statements"
    return "noun phrases"
