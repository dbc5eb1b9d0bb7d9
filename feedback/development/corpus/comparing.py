"""One file of the corpus as we read it and as the reference reads it: recall and precision of words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from feedback.documents import DocumentError, Parsed, parse

from . import declared
from .references import Reference
from .words import composed, joined, words

ENOUGH = 0.95
COMPOUNDS, EQUATIONS = "hyphens at line ends", "letters of equations"


@dataclass(slots=True)
class Compared:
    """What came of one file. An error's code stands where it was refused."""

    recall: float = 0.0
    precision: float = 0.0
    words: int = 0  # of the reference
    declared: Counter[str] = field(default_factory=Counter)  # words, by the kind of difference
    error: str = ""
    missing: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)

    @property
    def is_alike(self) -> bool:
        return not self.error and self.recall >= ENOUGH and self.precision >= ENOUGH


def compare(path: Path, reference: Reference) -> Compared:
    """Read a file in its limited child, and compare."""
    try:
        parsed = parse(path.read_bytes(), path.name)
    except DocumentError as error:
        return Compared(error=error.code, words=sum(words(reference.text).values()))
    return compared(path, parsed, reference)


def compared(path: Path, parsed: Parsed, reference: Reference) -> Compared:
    """The words in common, beside what is declared."""
    theirs, ours = words(reference.text), words(parsed.text)
    result = Compared(words=sum(theirs.values()), missing=theirs - ours, extra=ours - theirs)
    matched = sum((theirs & ours).values())
    for kind, allowed in declared.missing(path, reference.text):
        _excuse(result, kind, result.missing & allowed, result.missing)
    for kind, allowed in declared.beyond(path, parsed):
        _excuse(result, kind, result.extra & allowed, result.extra)
    matched += _otherwise_cut(result, parsed.text, reference)
    unread = min(declared.named(parsed), sum(result.missing.values()))
    result.declared[declared.NAMED] += unread
    lacking, beyond = sum(result.missing.values()) - unread, sum(result.extra.values())
    result.recall = matched / max(1, matched + lacking)
    result.precision = matched / max(1, matched + beyond)
    return result


def _excuse(result: Compared, kind: str, these: Counter[str], among: Counter[str]) -> None:
    among.subtract(these)
    result.declared[kind] += sum(these.values())


def _otherwise_cut(result: Compared, text: str, reference: Reference) -> int:
    """Words that both have, cut differently: with or without a line end's hyphen, letters of equations."""
    matched = 0
    for whole, parts in ({**joined(text), **joined(reference.text)}).items():
        for one, other in ((result.missing, result.extra), (result.extra, result.missing)):
            times = min(one[whole], *(other[part] for part in parts))
            if times > 0:
                one[whole] -= times
                other.subtract(dict.fromkeys(parts, times))
                result.declared[COMPOUNDS] += times
                matched += times
    letters = words(reference.equations) & result.missing
    for word in [word for word, times in result.extra.items() if times > 0 and len(word) <= 20]:
        while result.extra[word] > 0 and (parts_of := composed(word, letters)):
            result.extra[word] -= 1
            for part in parts_of:
                letters[part] -= 1
                result.missing[part] -= 1
            result.declared[EQUATIONS] += 1
            matched += 1
    return matched
