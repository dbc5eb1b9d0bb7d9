"""What the child does with a paragraph: the engine's findings on English, the word list's on German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .agreement import PLURALS, disagreements
from .allowed import JOINED, KINDS, SPELLING
from .slip import Slip, SlipKind
from .words import COMMON, RARE, correction, frequencies, frequency

MOST_LETTERS = 24  # longer strings are rarely one misspelled word
_VOWEL = re.compile("[aeiouy]")
_REPLACE = 0  # the engine's code for a suggestion that takes the place of what is marked
_WORD = re.compile(r"(?<![\w’'@/.#-])[^\W\d_]{3,}(?![\w’'@/-])")


def engine() -> Any:
    """harper's linter with the allowed rules alone. British: American words are in the word list."""
    from harper import Dialect, Linter

    linter = Linter(Dialect.BRITISH)
    linter.set_lint_config({rule: rule in KINDS for rule in linter.get_lint_config()})
    return linter


def english(linter: Any, text: str) -> Iterator[Slip]:
    """The allowed rules' findings in one paragraph on one line, one for each place."""
    taken: set[tuple[int, int]] = set()
    for slip in [*_found(linter, text), *disagreements(text)]:
        if not any(start < slip.end and slip.start < end for start, end in taken):
            taken.add((slip.start, slip.end))
            yield slip


def _found(linter: Any, text: str) -> Iterator[Slip]:
    """Spelling first: what is misspelled is not said to need a capital as well."""
    lints_by_rule = linter.organized_lints(text, language="plaintext")
    for rule in sorted(lints_by_rule, key=lambda rule: rule not in SPELLING):
        for lint in lints_by_rule[rule]:
            start, end = lint.span.start, lint.span.end
            suggested = [each.replacement_text for each in lint.suggestions if each.kind == _REPLACE]
            if rule in SPELLING:
                yield from _misspelled(text, start, end, suggested)
            elif _plausible(rule, text, start, end):
                yield Slip(KINDS[rule], rule, start, end, _only(suggested))


def _plausible(rule: str, text: str, start: int, end: int) -> bool:
    """No capital for a name that is written small, and no word made of a unit ("6.0 s on") or of names."""
    words = text[start:end].split()
    if rule == "SentenceCapitalization":
        following = text[start : start + 80].split()
        return frequency(words[0], "en") > RARE and len(following) > 4 and text[end : end + 1] == " "
    if rule == "MassNouns" and words[0].lower() in ("each", "another"):
        return False  # "each doubling", "another chosen"
    if rule in JOINED:
        return (start == 0 or text[start:end].islower()) and all(
            len(word) > 1 or word in "ai" for word in words
        )
    return True


def _only(suggested: list[str]) -> str:
    """A correction where there is one; "every piece of" is the engine's guess."""
    return suggested[0] if len(suggested) == 1 and " piece of " not in suggested[0] else ""


def _misspelled(text: str, start: int, end: int, suggested: list[str]) -> Iterator[Slip]:
    """A word in small letters that both the engine and the word list reject."""
    word = text[start:end]
    whole = _WORD.match(text, start)
    if whole is None or whole.end() != end or not word.islower():
        return
    capital = next((each for each in suggested if each.lower() == word and each[0].isupper()), "")
    if capital and len(word) > 3:
        yield Slip(SlipKind.CAPITAL, "ProperNoun", start, end, capital)
    elif len(word) <= MOST_LETTERS and not _formed(word):
        yield Slip(SlipKind.SPELLING, "Spelling", start, end, correction(word, "en"))


def _formed(word: str) -> bool:
    """Whether the list has the word, or what it is formed of: "upstreams", "unthrottled"."""
    if frequency(word, "en"):
        return True
    plural = word.endswith("s") and frequency(word[:-1], "en") >= COMMON and word[:-1] not in PLURALS
    negated = word.startswith(("un", "re", "non")) and frequency(word.removeprefix(word[:2]), "en") >= COMMON
    return plural or negated or not _VOWEL.search(word)


def german(text: str) -> Iterator[Slip]:
    """Words in small letters that are one letter away from one of the list, and no compound of two."""
    known = frequencies("de")
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.islower() or word in known or len(word) > MOST_LETTERS or len(word) < 4:
            continue
        meant = correction(word, "de")
        if meant and not _compound(word, known):
            yield Slip(SlipKind.SPELLING, "Spelling", *match.span(), meant)


def _compound(word: str, known: dict[str, int]) -> bool:
    """Two common words of the list in one, with or without the s between."""

    def common(part: str) -> bool:
        return len(part) > 3 and known.get(part, 0) > RARE

    return any(
        common(word[at:]) and (common(word[:at]) or (common(word[: at - 1]) and word[at - 1] == "s"))
        for at in range(4, len(word) - 3)
    )
