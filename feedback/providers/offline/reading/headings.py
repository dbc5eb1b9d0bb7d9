"""What a section's heading says about the section's part in the whole."""

from __future__ import annotations

import re


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


INTRODUCTION = _named(r"introduction|background|overview|aims?|opening|purpose|prologue")
CONCLUSION = _named(
    r"conclusions?|concluding\W\w+|closing|summary|looking (?:back|ahead|forward)|in the end"
    r"|what i (?:take|took|learned|learnt)|lessons"
)
METHOD = _named(r"methods?|methodology|procedure|materials|apparatus|experimental|protocol")
REFERENCES = re.compile(
    r"^\W*(?:\d+\W+)?"
    r"(?:(?:list of )?references?|bibliography|works cited|sources|literature cited|further reading)\W*$",
    re.IGNORECASE,
)
