"""Text from outside is text: no markup, no control characters, nothing that a page would obey."""

from __future__ import annotations

import html
import re

import nh3

_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """Plain text out of what a model wrote: tags go, their words stay, scripts go whole.

    Text without a tag is left as it is, so that "a<b" keeps its "b"; templates escape what is shown.
    """
    text = visible(text)
    if _TAG.search(text):
        text = html.unescape(nh3.clean(text, tags=set()))
    return text.strip()


def visible(text: str) -> str:
    """Without control characters and bidirectional overrides, which could make a text lie."""
    return _INVISIBLE.sub("", text)
