"""Passages inside a text that are not the writer's own prose: quotations, citations, links, code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MASK = "\ufffc"  # stands for each hidden character, so that offsets stay and no rule sees a gap as a space


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int


_QUOTED = re.compile(
    r"“[^“”]{1,1500}”|„[^„“”]{1,1500}[“”]|«[^«»]{1,1500}»|(?<![\w’])‘[^‘\n]{3,600}?’(?!\w)"
    r"|(?<![\w\"])\"[^\"\n]{1,1500}\"(?!\w)"
)
_YEAR = r"(?:(?:1[5-9]|20)\d\d[a-z]?|n\.d\.)"
_NAME = r"[A-Z][\w’'-]+"
_NOT_A_NAME = r"(?!Fig|Table|Section|Chapter|Appendix|Eq|Step|Part|Group|Day|Week)"
_PAGES = r"(?:pp?\.\s?)?\d{1,4}(?:[-–]\d{1,4})?"
_CITATION = re.compile(
    rf"\((?:[^()\n]{{0,80}}?{_NAME}[^()\n]{{0,50}}?\b)?{_YEAR}[^()\n]{{0,60}}\)"  # (Okafor, 2019)
    rf"|\({_NOT_A_NAME}{_NAME}(?:\s(?:and|&)\s{_NAME}|\set\sal\.)?,?\s{_PAGES}\)"  # (Okafor 12)
    r"|\(pp?\.\s?\d{1,4}(?:[-–]\d{1,4})?\)"
    r"|\((?i:ibid)[^()\n]{0,40}\)"
    r"|\[\^?\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,12}\]"  # [12], [3, 5-7], [^1]
    r"|\[@[^\]\n]{1,80}\]"
    r"|(?:(?<=[a-z]{4})|(?<=[.,;:!?”\"’]))[¹²³⁴⁵⁶⁷⁸⁹][¹²³⁴⁵⁶⁷⁸⁹⁰]*"  # a note, and not 40 m² or 10⁵
    r"|\b(?i:doi):\S+"
)
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"”)\]]+|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}")
_CODE = re.compile(r"`[^`\n]{1,200}`|\$[^\s$](?:[^$\n]{0,200}[^\s$])?\$(?!\d)")


def find_quotations(text: str) -> tuple[Span, ...]:
    return _spans(_QUOTED, text)


def find_citations(text: str) -> tuple[Span, ...]:
    return _spans(_CITATION, text)


def find_foreign(text: str) -> tuple[Span, ...]:
    """Links, addresses, inline code and formulas."""
    return _spans(_LINK, text) + _spans(_CODE, text)


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text at the same length with what the spans cover made invisible to word rules."""
    pieces: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda span: span.start):
        start = max(span.start, done)
        if span.end > start:
            pieces += [text[done:start], MASK * (span.end - start)]
            done = span.end
    return "".join([*pieces, text[done:]])


def _spans(pattern: re.Pattern[str], text: str) -> tuple[Span, ...]:
    return tuple(Span(*match.span()) for match in pattern.finditer(text))
