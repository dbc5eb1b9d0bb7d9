"""Citations in a text and the entries of its list of references, in author-year, MLA and numbered styles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from feedback.providers.offline.reading.spans import Span

_SURNAME = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[’'-][^\W\d_]+)*"
_YEAR = r"(?:1[5-9]|20)\d\d"
_YEARS = re.compile(rf"\b({_YEAR})[a-h]?\b")
_BRACKETS = re.compile(r"\(([^()]{3,300})\)")
_LEAD = re.compile(
    r"\s*(?:(?:see(?: also)?|e\.g\.|i\.e\.|cf\.|and|but|for example|also|as in|from),?\s+)*", re.I
)
_AUTHOR_YEAR = re.compile(
    rf"(?P<names>{_SURNAME}[^\d;]{{0,80}}?)[,\s]+(?:in press|\(?(?P<year>{_YEAR})[a-h]?\)?)(?!\d)"
)
_NARRATIVE = re.compile(
    rf"\b(?P<names>{_SURNAME}(?:(?:,\s{_SURNAME}){{0,5}},?\s(?:and|&)\s{_SURNAME}"
    rf"|\s+et\.?\s+al\.?,?)?)(?:[’']s?)?\s"
    rf"\((?P<year>{_YEAR})[a-h]?(?:[,:][^()]{{0,40}})?\)"
)
_SECOND_HAND = re.compile(r"\b(?:cited|quoted|qtd\.?|reprinted)\s+(?:in|by|from)\b|\d\s+in\s", re.IGNORECASE)
_MLA = re.compile(
    rf"\A\s*(?P<names>{_SURNAME}(?:,?\s(?:and|&)\s{_SURNAME}|,?\s+et\s+al\.?)?),?\s+(?:pp?\.?\s?)?"
    r"[1-9]\d{0,2}(?:\s?[-–,]\s?\d{1,3})*\s*\Z"
)
_NUMBERED = re.compile(r"\[(\d{1,3}(?:\]?\s?[,;–‐-]\s?\[?\d{1,3}){0,12})\]")
_ENTRY_NUMBER = re.compile(r"(?:^|\n)\s*(?:\[(\d{1,3})\]|(\d{1,3})[.)])\s+\S")
# "Okafor, N." or "Okafor, Nneka" or "Okafor N," where an entry begins: first, or after a line that is ended
_ENTRY = re.compile(
    rf"(?:\A|(?<=[.)\]>/\d])[ \t]*\n)\s*(?P<name>(?:(?:[Dd]e|[Vv]an|[Vv]on|[Dd]er|[Ll]a"
    rf"|[Dd]i)\s+)*{_SURNAME})"
    rf"(?:,\s(?:[A-Z]\.|{_SURNAME}(?:\s[A-Z]\.?)?[.,;\s]+(?=[\W\d]|[A-Z]|and\b))"
    rf"|\s[A-Z]{{1,3}}[,\s(]+(?=[A-Z(]))"
)
_GOES_ON = re.compile(r"(?:[ .(][A-Z]\.|\b[Ee]ds?\.)\s*\Z")
_NO_AUTHOR = frozenset(
    [
        "press",
        "university",
        "inc",
        "retrieved",
        "prentice",
        "jossey",
        "routledge",
        "brooks",
        "wadsworth",
        "springer",
        "wiley",
        "elsevier",
        "sage",
        "penguin",
        "ed",
        "eds",
        "vol",
        "volume",
        "available",
        "accessed",
    ]
)
# capitals that no author bears before a year or a page
_NO_NAME = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "table",
        "figure",
        "fig",
        "section",
        "chapter",
        "appendix",
        "part",
        "act",
        "scene",
        "book",
        "line",
        "lines",
        "page",
        "pages",
        "vol",
        "volume",
        "no",
        "number",
        "verse",
        "canto",
        "sonnet",
        "psalm",
        "genesis",
        "exodus",
        "level",
        "group",
        "grade",
        "day",
        "week",
        "year",
        "eq",
        "equation",
        "step",
        "phase",
        "case",
        "study",
        "model",
        "experiment",
        "article",
        "bc",
        "ad",
        "ce",
        "bce",
        "in",
        "since",
        "until",
        "before",
        "after",
        "by",
        "from",
        "the",
        "a",
        "an",
        "and",
        "of",
        "early",
        "late",
        "born",
        "circa",
        "to",
        "between",
        "during",
        "district",
        "council",
        "box",
        "panel",
        "commission",
        "committee",
        "syndrome",
        "analysis",
        "project",
        "healthypeople",
        "report",
        "court",
        "society",
        "bureau",
        "department",
        "ministry",
        "office",
        "tenn",
        "ft",
        "this",
        "that",
        "these",
    ]
)


class Style(StrEnum):
    YEAR = "author and year"
    PAGE = "author and page"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Citation:
    style: Style
    names: tuple[str, ...]
    year: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    number: int  # 0: none
    start: int
    end: int


def folded(text: str) -> str:
    """Lower case, without accents and apostrophes: as two spellings of a name agree."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter) and letter != "'").lower()


def author_citations(body: str) -> Iterator[Citation]:
    """(Okafor, 2019), Okafor (2019), (Okafor 12)."""
    for bracket in _BRACKETS.finditer(body):
        at = bracket.start(1)
        for piece in bracket[1].split(";"):
            yield from _in_brackets(piece, at)
            at += len(piece) + 1
    for match in _NARRATIVE.finditer(body):
        if _SECOND_HAND.search(match.group()) or body[: match.start()].endswith(" in "):
            continue  # "in India (2003)"
        yield from _citation(Style.YEAR, match["names"], match["year"], match.start(), match.end())


def _in_brackets(piece: str, at: int) -> Iterator[Citation]:
    if _SECOND_HAND.search(piece):
        return
    lead = _LEAD.match(piece)
    begin = lead.end() if lead else 0
    if match := _AUTHOR_YEAR.match(piece, begin):
        yield from _citation(Style.YEAR, match["names"], match["year"] or "", at + begin, at + match.end())
    elif match := _MLA.match(piece[begin:]):
        at += begin
        piece = piece[begin:]
        yield from _citation(
            Style.PAGE, match["names"], "", at + match.start("names"), at + len(piece.rstrip())
        )


def _citation(style: Style, names: str, year: str, start: int, end: int) -> Iterator[Citation]:
    found = tuple(re.sub(r"[’']s?\Z", "", name) for name in re.findall(_SURNAME, names))
    if found and not any(name.lower() in _NO_NAME for name in found) and len(names.split()) <= 9:
        yield Citation(style, found, year, start, end)


def numbers_cited(body: str) -> dict[int, Span]:
    """Each number in square brackets, with its first place; "[3-5]" names three."""
    found: dict[int, Span] = {}
    for match in _NUMBERED.finditer(body):
        for part in re.split(r"[,;]", match[1]):
            ends = [int(number) for number in re.findall(r"\d+", part)]
            for number in range(ends[0], min(ends[-1], ends[0] + 40) + 1):
                found.setdefault(number, Span(*match.span()))
    return found


def entries(text: str, listed: Span) -> list[Entry]:
    """The entries of a list of references that begin with a person's surname."""
    region = text[listed.start : listed.end]
    found = []
    for match in _ENTRY.finditer(region):
        end = region.find("\n", match.end())
        end = len(region) if end < 0 else end
        if (
            _GOES_ON.search(region, 0, match.start("name"))
            or match["name"].lower() in _NO_AUTHOR
            or not _YEARS.search(region, match.end(), match.start() + 400)
        ):
            continue
        found.append(Entry(match["name"], 0, listed.start + match.start("name"), listed.start + end))
    return found


def numbered_entries(text: str, listed: Span) -> list[Entry]:
    """The entries of a numbered list; none where its numbers do not run from one on without a gap."""
    region = text[listed.start : listed.end]
    found = [(int(m[1] or m[2]), m) for m in _ENTRY_NUMBER.finditer(region)]
    run: list[Entry] = []
    for number, match in found:
        if number == len(run) + 1:
            end = region.find("\n", match.end())
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            run.append(
                Entry("", number, listed.start + start, listed.start + (end if end > 0 else len(region)))
            )
    return run if run and max(number for number, _ in found if number < 400) == len(run) else []


def years_in(text: str) -> frozenset[str]:
    return frozenset(_YEARS.findall(text))
