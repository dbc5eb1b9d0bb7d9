"""Sentences that are kept in English with the work that they are about, in the language of the page.

A worker writes them, which knows no page. What differs in one (a figure, a name) is found by the pattern of
its sentence and stands in the translation as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from feedback.documents import DocumentError, messages
from feedback.services.intake.drafts import Conflict, Gone
from feedback.services.intake.outlines import Busy
from feedback.services.teaching import editing

if TYPE_CHECKING:
    from feedback.models import Section

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
PART = gettext_noop("Part {number}")
PART_OF = gettext_noop("{heading} ({part} of {parts})")


def kept_sentences() -> Iterator[str]:
    """Every one that is written elsewhere than in a call of gettext; an error says its docstring."""
    yield from (value for name, value in vars(messages).items() if name.isupper())
    errors = (DocumentError, *DocumentError.__subclasses__(), Busy, Conflict, Gone)
    errors += (editing.NotReady, editing.Conflict, editing.Gone)
    yield from (" ".join((error.__doc__ or "").split()) for error in errors)


def translated(sentence: str) -> str:
    """A kept message in the language of now; an unknown one stays as it is."""
    for pattern, template in _patterns():
        if found := pattern.fullmatch(sentence):
            parts = {name: _part(value) for name, value in found.groupdict().items()}
            return _(template).format_map(parts)
    return _(sentence) if sentence else ""


def heading_of(section: Section) -> str:
    """Its heading; where there is none, or more sections have the same, which part it is."""
    if not section.heading_path:
        return _(PART).format(number=section.position + 1)
    heading = section.heading_path[-1]
    if found := re.fullmatch(r" \((\d+) of (\d+)\)", section.heading.removeprefix(heading)):
        return _(PART_OF).format(heading=heading, part=found[1], parts=found[2])
    return section.heading


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(each), each) for each in kept_sentences() if "{" in each)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = (
        re.escape(text) + (f"(?P<{name}>.+)" if name else "")
        for text, name, _spec, _conversion in Formatter().parse(template)
    )
    return re.compile("".join(pieces), re.DOTALL)


def _part(value: str) -> str:
    if _GROUPED.fullmatch(value):
        return number_format(int(value.replace(",", "")), use_l10n=True, force_grouping=True)
    return _(value)
