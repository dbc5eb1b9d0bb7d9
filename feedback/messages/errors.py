"""The error of a run in words for operators, who read English."""

from __future__ import annotations

from .model import AS_RECORDED, Message
from .words import WORDS, in_english

WITHOUT_WORD = "ended_without_word"
OURS = {
    AS_RECORDED: "{text}",
    WITHOUT_WORD: "run {run} ended without a word, as {failures} before it that counted",
}


def error_in_words(error: Message | None) -> str:
    """An error's class and what it says; empty for none."""
    if error is None:
        return ""
    if words := OURS.get(error.code):
        return words.format_map(error.arguments)
    if "text" in error.arguments:
        reason = f" ({error.arguments['reason']})" if "reason" in error.arguments else ""
        return f"{name_of(error.code)}: {error.arguments['text']}{reason}"
    return in_english(error) if error.code in WORDS else name_of(error.code)


def name_of(code: str) -> str:
    """The class of the error that has this code: "timed_out" is TimedOut."""
    return "".join(part.capitalize() for part in code.split("_"))
