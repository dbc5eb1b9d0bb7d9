"""Certainty that one counter-example would undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import matching, normal
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.claims import ABSOLUTES, SUPPORT
from ..rules import Remark, excerpt, rule

_ABSOLUTE = matching(ABSOLUTES)
_SUPPORT = re.compile(SUPPORT, re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|cannot|nor|neither|hardly|rarely|seldom|without|if|unless|whether|though|although|than|nobody)"
    r"|n[’']t)\b[^.;:]{0,40}$"
    r"|\b(?:claim|argue|say|believe|think|assume|insist|suppose|object)(?:s|d|ed)?\b|\b(?:said|thought)\b",
    re.IGNORECASE,
)
_BEYOND_DOUBT = frozenset(
    (
        "clearly",
        "obviously",
        "undoubtedly",
        "undeniably",
        "unquestionably",
        "inevitably",
        "of course",
        "without doubt",
        "without a doubt",
    )
)


@rule(
    "absolute-claim",
    CommentKind.ARGUMENT,
    label="sweeping claims without support",
    weight=0.8,
    advice="Back the sweeping claims with a reason or example, or limit them to the cases you can show.",
)
def absolute_claims(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for paragraph in prose.blocks_of_prose:
        for index, sentence in enumerate(paragraph.sentences):
            match = _ABSOLUTE.search(prose.own_text(sentence))
            if (
                match is None
                or _weakened(prose.own_text(sentence), match.start())
                or (reader.personal and normal(match.group()).startswith(("always", "never")))
            ):
                continue
            following = paragraph.sentences[min(index + 1, len(paragraph.sentences) - 1)]
            if prose.cites(sentence.start, following.end) or _SUPPORT.search(
                prose.own[sentence.start : following.end]
            ):
                continue
            yield _remark(sentence.start, sentence.end, match.group())


def _weakened(sentence: str, at: int) -> bool:
    """Denied, asked, supposed, or what others hold: the writer claims nothing absolute."""
    return bool(_DENIED.search(sentence[:at])) or sentence.rstrip().endswith("?")


def _remark(start: int, end: int, phrase: str) -> Remark:
    shown, said = excerpt(phrase), normal(phrase)
    if said in _BEYOND_DOUBT:
        message = (
            f"“{shown}” asks the reader to agree without giving a reason. Those who disagree will stop here."
        )
        suggestion = (
            "Take the word out and put the reason in its place: “because …”, an example, or a source."
        )
    elif said.startswith("prove"):
        message = f"“{shown}” claims more than evidence usually allows: other explanations may remain."
        suggestion = "“Suggests” or “supports” is safer; or show why no other explanation fits."
    elif said.startswith("the "):
        message = f"“{shown}” ranks one above all others, but the others are not compared here."
        suggestion = (
            "Compare it with at least one other, or write “one”, “an important” or “a likely” instead."
        )
    else:
        message = f"“{shown}” allows no exception. A reader who knows one will doubt the whole sentence."
        suggestion = (
            "Say for whom or when it holds (“most”, “in this class”, “when …”), and add the example or "
            "figure that shows it."
        )
    return Remark(start, end, message, suggestion)
