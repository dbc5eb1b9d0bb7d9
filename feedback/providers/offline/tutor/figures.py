"""Figures and tables: those that are named and not there, and those that are there and not named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...base import CommentKind
from ..rules import Remark
from .checks import check
from .whole import Whole

_NAMED = re.compile(r"\b(?P<kind>Fig(?:ure|s?\.)|Table)s?\s?(?P<number>\d{1,2})(?![\d.]*\d)[a-f]?\b")
# a caption begins its line and goes on as a caption does
_CAPTION = re.compile(
    r"(?:\A|\n)[ \t*_|]*(?P<kind>Fig(?:ure|\.)|Table)\s?(?P<number>\d{1,2})[a-f]?(?:[ \t]*[.:–—|)-]"
    r"|[ \t]*\n|[ \t]*\Z|[ \t]+[A-Z])",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\b(?P<kind>Fig(?:ure|\.)|Table)\s?(?P<number>\d{1,2})[a-f]?:\s", re.IGNORECASE)


@check(
    "figure-not-there",
    CommentKind.STRUCTURE,
    label="figures or tables that are named and not there",
    weight=0.9,
    advice="Check that each figure and table that the text names is there, under the same number.",
)
def not_there(whole: Whole) -> Iterator[Remark]:
    """Only where others of its kind have captions: pictures without any may be there all the same."""
    body = whole.body
    captions = {_key(match) for pattern in (_CAPTION, _LABELLED) for match in pattern.finditer(body)}
    seen: set[tuple[str, int]] = set()
    for match in _NAMED.finditer(body):
        key = _key(match)
        if (
            key in captions
            or key in seen
            or key[0] not in {kind for kind, _ in captions}
            or _is_anothers(body, match)
        ):
            continue
        seen.add(key)
        kind = "Table" if key[0] == "t" else "Figure"
        yield Remark(
            match.start(),
            match.end(),
            f"{kind} {key[1]} is named here, but no caption in the text has this number.",
            f"Is it missing, or does it have another number? Add it with a caption (“{kind} {key[1]}: "
            f"…”), or name the "
            "right one.",
        )


def _is_anothers(body: str, match: re.Match[str]) -> bool:
    """Whether it stands in a work that is cited."""
    after = body[match.end() : match.end() + 40]
    before = body[max(0, match.start() - 40) : match.start()]
    return bool(
        re.match(r"\s*(?:in|of|from)\s+[A-Z]|[^.]{0,20}\d{4}", after)
        or re.search(r"\d{4}[),:;]?\s*\(?\Z", before)
    )


@check(
    "figure-not-referred",
    CommentKind.STRUCTURE,
    label="figures or tables that the text does not speak of",
    weight=0.7,
    advice="Say in the text what the reader should see in each figure and table.",
)
def not_referred(whole: Whole) -> Iterator[Remark]:
    body = whole.body
    captions = {_key(match): match for match in reversed(list(_CAPTION.finditer(body)))}
    starts = {match.start("kind") for match in _CAPTION.finditer(body)}
    named = {_key(match) for match in _NAMED.finditer(body) if match.start("kind") not in starts}
    named |= set(_ranges(body, starts))
    for key, match in captions.items():
        if key not in named:
            kind = "Table" if key[0] == "t" else "Figure"
            end = body.find("\n", match.end())
            yield Remark(
                match.start("kind"),
                min(match.end() + 100, end if end > 0 else len(body)),
                f"{kind} {key[1]} stands here, but no sentence of the text speaks of it.",
                f"What should the reader see in it? Say so where it matters (“{kind} {key[1]} shows …”), "
                f"or leave it out.",
            )


def _ranges(body: str, starts: set[int]) -> Iterator[tuple[str, int]]:
    """Figures 2 and 3, Figs. 2-4, Tables 1, 2 and 5."""
    listed = re.compile(
        r"\b(Fig(?:ure)?s?\.?|Tables?)\s((?:\d{1,2}[a-f]?(?:\s?[-–,&]\s?|,?\s(?:and|or|to)\s)){1,8}\d{1,2})",
        re.I,
    )
    for match in listed.finditer(body):
        if match.start() in starts:
            continue
        numbers = [int(number) for number in re.findall(r"\d+", match[2])]
        spread = range(numbers[0], numbers[-1] + 1) if re.search(r"[-–]|to", match[2]) else numbers
        yield from ((match[1][0].lower(), number) for number in spread)


def _key(match: re.Match[str]) -> tuple[str, int]:
    return match["kind"][0].lower(), int(match["number"])
