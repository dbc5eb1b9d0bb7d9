"""Citations and the list of references compared, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...base import CommentKind
from ..rules import Remark, excerpt
from .checks import check
from .sources import (
    Citation,
    Style,
    entries,
    folded,
    numbered_entries,
    numbers_cited,
    years_in,
)
from .whole import Whole

ENOUGH = 3  # citations or entries, before a style is taken for the text's own
MOSTLY = 0.5  # of the citations must be in the list, or the two are read wrong
_ONLY_CAPITALS = re.compile(r"[A-Z]{2,6}\Z")


@check(
    "citation-not-listed",
    CommentKind.EVIDENCE,
    label="citations that are not in the list of references",
    weight=0.95,
    advice="Compare each citation with the list of references.",
)
def not_listed(whole: Whole) -> Iterator[Remark]:
    listed = whole.references
    if listed is None:
        return
    region = whole.text[listed.start : listed.end]
    cited = whole.cited
    lacking = [citation for citation in cited if not _is_in(citation, region)]
    if len(lacking) > MOSTLY * len(cited):
        return
    seen: set[tuple[str, ...]] = set()
    for citation in lacking:
        if citation.names not in seen:
            seen.add(citation.names)
            shown = excerpt(whole.text[citation.start : citation.end])
            yield Remark(
                citation.start,
                citation.end,
                f"“{shown}” is cited here, but nothing by “{citation.names[0]}” is in the list of "
                f"references, so a "
                "reader cannot find it.",
                "Is the name spelt here as in the list? If the work is missing, add its entry.",
            )


def _is_in(citation: Citation, region: str) -> bool:
    listed = folded(region)
    return any(folded(name) in listed or _spelt_out(name, region) for name in citation.names)


def _spelt_out(name: str, region: str) -> bool:
    """Whether a list has the words that an abbreviation stands for: WHO, World Health Organization."""
    if not _ONLY_CAPITALS.match(name):
        return False
    words = r"\w+\W+(?:(?:of|the|and|for|on|in|to|de|&)\W+)*".join(name)
    return bool(re.search(rf"\b{words}", region, re.IGNORECASE))


@check(
    "citation-year",
    CommentKind.EVIDENCE,
    label="years that differ between text and list of references",
    weight=0.85,
    advice="Compare the years in the text with those in the list of references.",
)
def other_year(whole: Whole) -> Iterator[Remark]:
    listed = whole.references
    if listed is None:
        return
    region = whole.text[listed.start : listed.end]
    years = years_in(region)
    seen: set[tuple[str, str]] = set()
    for citation in whole.cited:
        key = (citation.names[0], citation.year)
        if citation.style is not Style.YEAR or not citation.year or citation.year in years or key in seen:
            continue
        seen.add(key)
        there = _years_of(citation.names[0], region)
        if there:
            shown = excerpt(whole.text[citation.start : citation.end])
            yield Remark(
                citation.start,
                citation.end,
                f"The text gives {citation.year} in “{shown}”, but the list of references has no work of "
                f"that year; "
                f"it has {citation.names[0]} of {' and '.join(there)}.",
                "Which year is right? Look at the work itself, and write the same year in both places.",
            )


def _years_of(name: str, region: str) -> list[str]:
    found: set[str] = set()
    for match in re.finditer(rf"(?m)^\W*{re.escape(folded(name))}\b.{{0,400}}", folded(region)):
        found |= set(sorted(years_in(match.group()), key=match.group().find)[:1])
    return sorted(found)


@check(
    "reference-not-cited",
    CommentKind.EVIDENCE,
    label="works in the list of references that the text never names",
    weight=0.7,
    advice="Take works out of the list of references that the text does not use, or say where it uses them.",
)
def not_cited(whole: Whole) -> Iterator[Remark]:
    listed = whole.references
    if listed is None or not whole.lists_what_is_cited or len(whole.cited) < ENOUGH:
        return
    body = folded(whole.body)
    found = entries(whole.text, listed)
    lacking = [entry for entry in found if not _is_named(entry.name, body)]
    if len(lacking) > MOSTLY * len(found):
        return
    for entry in lacking:
        yield Remark(
            entry.start,
            min(entry.end, entry.start + 120),
            f"The list of references has a work by “{entry.name}”, but the text never names it.",
            "Where did you use it? Cite it there, with the name spelt as here; if you only read it, take "
            "it out of the "
            "list.",
        )


def _is_named(name: str, body: str) -> bool:
    return folded(name.split()[-1]) in body


@check(
    "number-not-listed",
    CommentKind.EVIDENCE,
    label="numbers of sources that do not fit the list of references",
    weight=0.9,
    advice="Compare the numbers in square brackets with the list of references, both ways.",
)
def numbers(whole: Whole) -> Iterator[Remark]:
    listed = whole.references
    cited = numbers_cited(whole.body) if listed is not None else {}
    if listed is None or len(cited) < ENOUGH:
        return
    found = numbered_entries(whole.text, listed)
    if len(found) < ENOUGH:
        return
    for number, span in cited.items():
        if number > len(found):
            yield Remark(
                span.start,
                span.end,
                f"The text cites source [{number}], but the list of references ends with {len(found)}.",
                "Which work is meant? Add its entry, or put the right number here.",
            )
    for entry in found:
        if entry.number not in cited:
            yield Remark(
                entry.start,
                min(entry.end, entry.start + 120),
                f"Source {entry.number} is in the list of references, but no [{entry.number}] stands in "
                f"the text.",
                "Where did you use it? Put its number there; if you did not use it, take it out and "
                "renumber.",
            )
