"""What the portal's templates need beyond Django's own tags."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static

register = template.Library()


@register.inclusion_tag("portal/partials/icon.html")
def icon(name: str) -> dict[str, str]:
    """A symbol of the sprite. It repeats what words beside it say, so it is hidden from screen readers."""
    return {"href": f"{static('feedback/icons.svg')}#{name}"}


@register.filter
def part_kind(part: str) -> str:
    """The family of a part of the answer that is being written: "comments" of "comments.2"."""
    return part.partition(".")[0]


@register.filter
def joined(ids: Any) -> str:
    """Ids in one attribute, separated by spaces."""
    return " ".join(str(each) for each in ids)
