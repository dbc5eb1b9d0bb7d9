"""A number that the text comes back to, and gives otherwise than before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from ...base import CommentKind
from ..lexicon import words
from ..rules import Remark
from .checks import check
from .whole import Whole

_VALUES = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
_ALONE = rf"(?<![\w.,$£€–-])(?P<number>{_NUMBER})"
_BEGIN = r"(?:\A|(?<=[.!?]\s)|(?<=\n))"
_UNIT = (
    r"(?:kg|g|mg|ml|l|litres?|km|m|cm|mm|°C|degrees|micrograms?|grams?|pounds|euros|dollars|minutes|seconds"
    r"|decibels"
    r"|metres|meters|miles|votes)"
)
# what comes back to a number instead of giving it
_BACK = (
    # "Since the three booths are free": all that there are, and none that a clause or a list picks out
    rf"(?:{_BEGIN}(?:As|Since|Because|Given|For|With|All|Of|In|Among|Between|Across|From|After)\s+(?:of\s+)?"
    r"(?:the|these|those)|\b[Aa]ll\s+(?:of\s+)?(?:the|these)|\b(?:[Tt]hese|[Tt]hose))"
    rf"\s+{_ALONE}\s+(?:(?!of\b|and\b|or\b|in\b)[a-z]+\s+)?(?P<noun>(?!(?:this|was|has|does|his|its"
    rf"|less)\b)[a-z]{{3,}}s|people|children"
    r"|men|women)\b"
    r"(?!,|\s+(?:of|in|on|from|that|which|who|whose|with|at|above|below|remaining|other|listed|mentioned"
    r"|discussed"
    r"|and|or|use)\b)",
    # "The five beakers were", "Out of the three boys"
    rf"{_BEGIN}(?:The|Out of the|Given the|All of the)\s+{_ALONE}\s+(?P<noun>(?!(?:this|was|has|does|his"
    r"|its|less)\b)"
    r"[a-z]{4,}s|people|children|men|women)\b(?=,|\s+(?:were|are|was|had|have|of (?:his|her|the|their|my|our)"
    r" (?:journey|trip|visit|stay|study|test|experiment|survey)|all|did)\b)",
    # "Given the 64 % of the richest"
    rf"\b(?:[Tt]he|[Aa]s|[Ss]ince|[Tt]hese|[Tt]hose)\s+{_ALONE}\s?(?:%|per cent)\s+of\s+(?:the\s+|my\s+"
    r"|our\s+|all\s+)?"
    r"(?P<noun>[a-z]{4,})\b",
    # "As the 83 kg a day show"
    rf"{_BEGIN}As\s+[^.!?\n,;:]{{0,40}}?{_ALONE}\s?(?:of\s+the\s+)?(?P<noun>{_UNIT}\b|[a-z]{{4,}}s\b)"
    r"[^.!?\n;:]{0,40}\s(?:shows?|would|proves?|suggests?|indicates?|are|is|have|said|agreed?)\b",
    # "The 12 kg that it carried"
    rf"\bThe\s+{_ALONE}\s?(?P<noun>{_UNIT})\s+that\s+(?:it|they|we|he|she|I)\s+(?P<verb>[a-z]{{4,}})",
)
_LISTED = re.compile(r"\b[A-Z]\w+,? and (?:the )?[A-Z]\w+")  # what "these three" may stand for
NEAR = 400  # characters before a number in which those may stand that it is made of
FAR = 160  # characters before a number in which such a list may stand
_PATTERNS = tuple(re.compile(pattern) for pattern in _BACK)
_NO_THING = words("times points others hundreds thousands millions years days hours weeks months centuries")
_YEAR = re.compile(r"(?:1[0-9]|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class _Mention:
    value: float
    start: int
    end: int


@check(
    "number-contradicted",
    CommentKind.ARGUMENT,
    label="numbers that contradict each other",
    weight=0.95,
    advice="Check each number that comes up twice.",
)
def contradicted(whole: Whole) -> Iterator[Remark]:
    """Where the text points back to a number of things, and never before gave this number but another one."""
    body = whole.body
    for pattern in _PATTERNS:
        for match in pattern.finditer(body):
            before = _earlier(body, match)
            if before is None or _LISTED.search(body, max(0, match.start() - FAR), match.start()):
                continue
            yield Remark(
                match.start(),
                match.end(),
                f"Here it is “{_line(match['number'])} {_line(match['noun'])}”, but before that the text has "
                f"“{_line(body[before.start : before.end])}” and never {_line(match['number'])}.",
                "Which number is right? Look it up where you have it from, and write the same one in both "
                "places.",
            )


def _earlier(body: str, match: re.Match[str]) -> _Mention | None:
    """The last mention of the same things under another number, if this number stands nowhere before."""
    at = match.start("number")
    noun = match["noun"]
    if noun in _NO_THING or _YEAR.match(match["number"]):
        return None
    every = re.compile(rf"{_ALONE}(?![\w]|[.,]\d)", re.IGNORECASE)
    if any(_value(each["number"]) == _value(match["number"]) for each in every.finditer(body, 0, at)):
        return None
    share = r"(?:%|per\s+cent)\s+of\s+(?:(?:the|my|our|all)\s+)?"
    kind = share if "%" in match.group() or "per cent" in match.group() else ""
    things = re.compile(
        rf"{_ALONE}\s?{kind}(?:(?!of\b|and\b|or\b|to\b|in\b"
        rf"|the\b)[a-z]+\s)?{re.escape(noun.rstrip('s'))}(?:e?s)?\b",
        re.IGNORECASE,
    )
    found = [
        _Mention(_value(each["number"]), each.start(), each.end())
        for each in things.finditer(body, 0, at)
        if not _YEAR.match(each["number"])
    ]
    verb = match.groupdict().get("verb")
    if verb and verb[:5] not in body[:at]:
        return None
    counts = {mention.value for mention in found}
    if _adds_up(_value(match["number"]), counts, body[max(0, at - NEAR) : at]):
        return None
    is_unit = re.fullmatch(_UNIT, noun) is not None
    return found[-1] if found and (is_unit or len(counts) == 1) else None


def _adds_up(number: float, counts: set[float], near: str) -> bool:
    """Whether it is the rest or the sum of numbers that stand near: "five booths, two of them small"."""
    others = {_value(each["number"]) for each in re.finditer(_ALONE, near, re.IGNORECASE)}
    return any(number + other in counts for other in others) or any(
        first + second == number for first, second in combinations(others, 2)
    )


def _value(number: str) -> float:
    number = number.lower().replace(",", "")
    return float(_VALUES[number]) if number in _VALUES else float(number)


def _line(text: str) -> str:
    return " ".join(text.split())
