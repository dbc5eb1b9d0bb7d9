"""The heading of a section, in the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from feedback.models import Section

PART = gettext_noop("Part {number}")
PART_OF = gettext_noop("{heading} ({part} of {parts})")


def heading_of(section: Section) -> str:
    """Its heading; where there is none, or more sections have the same, which part it is."""
    if not section.heading_path:
        return _(PART).format(number=section.position + 1)
    if section.parts:
        heading = section.heading_path[-1]
        return _(PART_OF).format(heading=heading, part=section.part, parts=section.parts)
    return section.heading
