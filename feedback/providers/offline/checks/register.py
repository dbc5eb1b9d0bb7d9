"""Everyday speech where the reader expects formal prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import any_of, normal
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.wording import INFORMAL
from ..rules import Remark, excerpt, rule

_CONTRACTION = re.compile(
    r"\b(?:\w+n[’']t|(?:I|we|you|they|he|she|it|that|there|who|what)[’'](?:s|re|ve|ll|d|m))\b", re.IGNORECASE
)
_FULL = {
    "can't": "cannot", "won't": "will not", "shan't": "shall not", "it's": "it is” or “it has",
    "let's": "let us", "that's": "that is", "there's": "there is", "he's": "he is", "she's": "she is",
    "what's": "what is", "who's": "who is",
}  # fmt: skip
_ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would", "'m": " am"}
_INFORMAL = any_of(INFORMAL)
# "it's reputation" is a slip: these are contractions only before a word that can follow "is" or "has"
_CONFUSED = frozenset(("it's", "who's"))
_IS = re.compile(
    r"\s+(?:a|an|the|not|no|also|just|only|all|so|too|very|more|less|most|quite|still|always|never|often|now"
    r"|been|my|our|his|her|their|your|this|that|what|how|why|where|when|because|like|in|on|at|about|for|going"
    r"|\w{3,}(?:ed|ly)|true|clear|hard|easy|important|possible|impossible|likely|good|bad|better|worse|time|up)\b",
    re.IGNORECASE,
)


@rule(
    "contraction",
    CommentKind.STYLE,
    label="contractions in formal writing",
    weight=0.45,
    advice="Write contractions out in full; academic readers expect it.",
    most=1,
)
def contractions(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """One remark for all of them: they are one habit."""
    found = (
        [
            match
            for match in _CONTRACTION.finditer(prose.own)
            if not (normal(match.group()) in _CONFUSED and not _IS.match(prose.own, match.end()))
        ]
        if reader.academic and not reader.personal
        else []
    )
    if not found:
        return
    first = found[0]
    words = list(dict.fromkeys(normal(match.group()) for match in found))
    more = f" (also {', '.join(f'“{word}”' for word in words[1:4])})" if len(words) > 1 else ""
    yield Remark(
        first.start(),
        first.end(),
        f"“{first.group()}”{more} is how we speak. {reader.name.capitalize()} "
        f"{reader.does('expects', 'expect')} the full form, and "
        "may take the short one for haste.",
        f"Write “{written_out(words[0])}”.",
        strength=1.0 + 0.1 * min(len(found), 5),
        count=len(found),
    )


def written_out(contraction: str) -> str:
    if contraction in _FULL:
        return _FULL[contraction]
    for ending, full in _ENDINGS.items():
        if contraction.endswith(ending):
            return contraction.removesuffix(ending) + full
    return contraction


@rule(
    "informal-word",
    CommentKind.STYLE,
    label="everyday words in formal writing",
    weight=0.45,
    advice="Replace everyday words with exact ones; the sentence gains more than tone.",
)
def informal_words(prose: Prose, reader: Reader) -> Iterator[Remark]:
    if not reader.academic or reader.personal:
        return
    for match in _INFORMAL.finditer(prose.own):
        word = excerpt(match.group())
        yield Remark(
            match.start(),
            match.end(),
            f"“{word}” is a word for talking. In formal writing it sounds loose, and a more exact word "
            "usually says more.",
            f"Instead: {INFORMAL[normal(match.group())]}.",
        )
