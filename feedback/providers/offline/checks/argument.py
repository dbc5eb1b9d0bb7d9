"""Certainty that one counter-example would undo, and "proves" where the evidence suggests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.prose import Paragraph, Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon import sweeping
from ..lexicon.claims import SUPPORT
from ..rules import Remark, excerpt, rule

SHORT = 22  # words: a longer sentence mostly limits its claim itself

_REASON = re.compile(SUPPORT, re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\b(?:not|cannot|nor|neither|hardly|rarely|if|unless|whether|though|although|while|when|where"
    r"|should|must"
    r"|would|could|may|might|perhaps|suppose|imagine|than|of|dont|doesnt)\b|n[’']t\b)[^.;:]{0,60}$"
    r"|\b(?:claim|argue|argued|say|says|said|believe|believed|think|thought|assume|insist|suggest|state"
    r"|contend"
    r"|felt|seem|appear|show|ensure|mean|imply|hope|consider|agree|respond)(?:s|d|ed|ing)?\b",
    re.IGNORECASE,
)
_LIMITED = re.compile(r"\b(?:if|unless|when|who did|who were)\b", re.IGNORECASE)
_ONE_WORD = re.compile(
    r"(?!(?:Children|People|Men|Women|Police|Nature|Money|Power|Love|War|Science|Art)\b)([A-Z]\w*(?<!s)) "
    r"(?:can |will |is )?(?:always|never)\b"
)
_OWN_OPINION = re.compile(r"\bI (?:think|believe|know)(?: that)?\b|\bknow that\b", re.IGNORECASE)


@rule(
    "sweeping-claim",
    CommentKind.ARGUMENT,
    label="sweeping claims without support",
    weight=0.8,
    advice="Back the sweeping claims with a reason or example, or limit them to the cases you can show.",
)
def sweeping_claims(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for paragraph, index, sentence in _sentences(prose):
        own = prose.own_text(sentence)
        match = sweeping.claim_in(own, essay=reader.academic or reader.personal)
        if match is None or sentence.length > SHORT or not _is_claimed(own, match.start("claim")):
            continue
        rest = own[: match.start("claim")] + own[match.end("claim") :]
        if _names_one(prose, match["claim"]):
            continue
        if not _LIMITED.search(own) and not _REASON.search(rest) and not _backed(prose, paragraph, index):
            yield _sweeping(sentence, match)


def _sentences(prose: Prose) -> Iterator[tuple[Paragraph, int, Sentence]]:
    for paragraph in prose.blocks_of_prose:
        for index, sentence in enumerate(paragraph.sentences):
            yield paragraph, index, sentence


def _is_claimed(own: str, at: int) -> bool:
    """Whether the writer holds it: not denied, asked, supposed, wished, or what others hold."""
    return not own.rstrip().endswith("?") and not _DENIED.search(_OWN_OPINION.sub("", own[:at]))


def _names_one(prose: Prose, claim: str) -> bool:
    """Whether the claim is of a person or a thing by name: one word, which is never written small."""
    subject = _ONE_WORD.match(claim)
    return subject is not None and not re.search(rf"\b{re.escape(subject[1].lower())}\b", prose.own)


def _backed(prose: Prose, paragraph: Paragraph, index: int) -> bool:
    """Whether a source stands in the sentence or the next one, or the next gives a reason or an example."""
    sentence, following = paragraph.sentences[index], paragraph.sentences[index + 1 : index + 2]
    end = following[0].end if following else sentence.end
    return prose.cites(sentence.start, end) or any(_REASON.search(prose.own_text(each)) for each in following)


def _sweeping(sentence: Sentence, match: re.Match[str]) -> Remark:
    shown = excerpt(match["claim"])
    if match["claim"].lower().startswith("the "):
        message = f"“{shown}” ranks one above all others, but the others are not compared here."
        suggestion = (
            "What speaks for the others? Compare it with at least one, or write “one”, “an important” or "
            "“a likely”."
        )
    else:
        message = f"“{shown}” allows no exception. A reader who knows one will doubt the whole sentence."
        suggestion = (
            "Is there none? Say for whom or when it holds (“most”, “in this class”, “when …”), and add the "
            "example or figure that shows it."
        )
    return Remark(sentence.start, sentence.end, message, suggestion)


@rule(
    "proof-claimed",
    CommentKind.ARGUMENT,
    label="“proves” where the evidence can only suggest",
    weight=0.75,
    advice="Where you write “proves”, ask which other explanation remains.",
)
def proof_claimed(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        own = prose.own_text(sentence)
        match = sweeping.PROVES.search(own)
        if match is None or not _is_claimed(own, match.start()):
            continue
        yield Remark(
            sentence.start,
            sentence.end,
            f"“{excerpt(match.group())}” claims more than evidence usually allows: other explanations may "
            "remain.",
            "Which other explanation could a reader think of? Say why it does not fit, or write “suggests” "
            "or “supports”.",
        )
