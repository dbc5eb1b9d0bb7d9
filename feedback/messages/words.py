"""A message in words: the language is the reader's, the message is the row's."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext, override

from . import of_files, of_jobs, of_sections
from .model import AS_RECORDED, Argument, Message

WORDS: Mapping[str, str | tuple[str, str]] = {**of_files.WORDS, **of_sections.WORDS, **of_jobs.WORDS}
UNKNOWN = "broken"  # for the code of another release
COUNTED = "number"  # the argument that one or more goes by


def in_words(message: Message | None) -> str:
    """In the language of now; empty for none."""
    if message is None:
        return ""
    if message.code == AS_RECORDED:
        return str(message.arguments["text"])
    words = WORDS.get(message.code, WORDS[UNKNOWN])
    if isinstance(words, tuple):
        words = words[0 if message.arguments[COUNTED] == 1 else 1]
    shown = {name: _shown(name, value) for name, value in message.arguments.items()}
    return gettext(words).format_map(shown)


def in_english(message: Message | None) -> str:
    """For operators and commands."""
    with override("en"):
        return in_words(message)


def _shown(name: str, value: Argument) -> str:
    if isinstance(value, int):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    if not isinstance(value, str):
        return ", ".join(map(str, value))
    return gettext(of_files.KINDS[value]) if name == "kind" and value in of_files.KINDS else value
