"""What is scored on JFLEG: the bare rules, a provider as it delivers, and peers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from feedback.providers.base import CommentKind, Provider
from feedback.providers.offline.mechanics.slip import SlipKind
from feedback.providers.offline.reading.prose import Prose

from .asking import ask
from .jfleg import Mark

_CORRECTION = re.compile(r"“([^“”]+)” for “([^“”]+)”")


def bare(text: str) -> Sequence[Mark]:
    """Every slip that the offline provider's mechanics find, before any bound on remarks."""
    return [
        Mark(slip.start, slip.end, slip.correction, slip.kind is SlipKind.SPELLING)
        for slip in Prose(text).mechanics.slips
    ]


def delivered(provider: Provider, text: str) -> Sequence[Mark]:
    """A provider's comments on language: what each quotes, with the correction for just these words."""
    marks = []
    for comment in ask(provider, text).comments:
        start = text.find(comment.quote)
        if comment.kind is CommentKind.LANGUAGE and start >= 0:
            offered = {words: better for better, words in _CORRECTION.findall(comment.suggestion)}
            spelling = "word list" in comment.message or "spell" in comment.message.lower()
            marks.append(Mark(start, start + len(comment.quote), offered.get(comment.quote, ""), spelling))
    return marks


class Harper:
    """The engine with its own defaults, as a peer."""

    def __init__(self) -> None:
        from harper import Linter

        self._linter: Any = Linter()

    def __call__(self, text: str) -> Sequence[Mark]:
        return [
            Mark(
                lint.span.start,
                lint.span.end,
                lint.suggestions[0].replacement_text if lint.suggestions else "",
                lint.lint_kind == "Spelling",
            )
            for lint in self._linter.lint(text, language="plaintext")
        ]
