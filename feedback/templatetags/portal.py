"""Template tags and filters of the portal."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import ngettext

from feedback.documents import Style
from feedback.messages.words import in_words
from feedback.models.work.feedback import KIND_NAMES
from feedback.portal.reading.answers import answer_to
from feedback.portal.words.headings import heading_of
from feedback.portal.words.times import short_time
from feedback.providers.base import CommentKind

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from feedback.portal.reading.marks import Mark
    from feedback.portal.reading.page import Note

register = template.Library()
register.filter("in_words", in_words)
register.filter("heading", heading_of)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A symbol of the sprite. It repeats what words beside it say, so it is hidden from screen readers."""
    drawn = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(drawn, static("feedback/icons.svg"), name)


@register.simple_tag(takes_context=True)
def answer(context: dict[str, Any], note: Note) -> SafeString:
    """The answer to a comment, or the forms to give one."""
    return answer_to(note, str(context["csrf_token"]))


# The elements for the styles of a text; a sign that stands for a raised place is for who hears the text only.
_ELEMENTS = {
    Style.STRONG: "<strong>{}</strong>",
    Style.ITALIC: "<em>{}</em>",
    Style.SUPER: "<sup>{}</sup>",
    Style.SUB: "<sub>{}</sub>",
    Style.SIGN: '<span class="visually-hidden">{}</span>',
}


@register.filter
def in_style(mark: Mark) -> str:
    """The words of a stretch of text, looking as they did when they were handed in."""
    words = mark.text
    for style in mark.styles:
        words = format_html(_ELEMENTS[Style(style)], words)
    return words


@register.inclusion_tag("portal/partials/menu_link.html", takes_context=True)
def menu_link(context: dict[str, Any], name: str, words: str, symbol: str = "") -> dict[str, Any]:
    """An item of a menu: the page of that name, marked where it is the one that is shown."""
    request = context.get("request")
    match = request.resolver_match if request else None
    here = match is not None and match.view_name == name
    return {"address": reverse(name), "words": words, "symbol": symbol, "here": here}


@register.filter
def part_kind(part: str) -> str:
    """The family of a part of the answer that is being written: "comments" of "comments.2"."""
    return part.partition(".")[0]


@register.filter
def is_quote(part: str) -> bool:
    """Whether a part of the answer is the words of the text that a comment speaks of."""
    return part.endswith(".quote")


@register.filter
def wait_in_words(seconds: int | str) -> str:
    """A wait, rounded up: "40 seconds", "3 minutes", "2 hours"."""
    whole = int(seconds or 1)
    if whole <= 90:
        return ngettext("%d second", "%d seconds", whole) % whole
    minutes = math.ceil(whole / 60)
    if minutes <= 90:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = math.ceil(minutes / 60)
    return ngettext("%d hour", "%d hours", hours) % hours


@register.filter
def joined(ids: Any) -> str:
    """Ids in one attribute, separated by spaces."""
    return " ".join(str(each) for each in ids)


@register.filter
def join_lines(lines: Any) -> str:
    """A list as the lines of a text field."""
    return "\n".join(str(line) for line in lines or ())


@register.filter
def kind_name(kind: str) -> str:
    """What people call a kind of comment."""
    return str(KIND_NAMES[CommentKind(kind)])


register.filter(short_time)
