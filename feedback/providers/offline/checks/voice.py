"""Who does what: runs of passive sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.prose import Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.grammar import BE_FORMS, FUNCTION_WORDS, IRREGULAR, STATES
from ..rules import Remark, excerpt, rule

RUN = 3
RUN_IN_METHODS = 6  # there the passive is the convention

_PASSIVE = re.compile(
    rf"\b(?P<be>{'|'.join(BE_FORMS)})\s+(?:(?:not|also|often|then|now|still|\w{{2,}}ly)\s+){{0,2}}"
    rf"(?P<participle>\w{{2,}}ed|{'|'.join(IRREGULAR)})\b(?!-)",
    re.IGNORECASE,
)
_DETERMINER = r"(?:the|a|an|this|these|those|each|our|their|my)"
_SUBJECT = re.compile(
    r"(?:^|[,;:]\s+|\b(?:and|but|because|although|when|that|so)\s+)"
    rf"({_DETERMINER}\s+(?:[\w’'-]+\s+){{0,5}}?[\w’'-]+)\s*$",
    re.IGNORECASE,
)


def passive(text: str) -> re.Match[str] | None:
    """The first passive verb in a passage. States that look like one ("is interested") don't count."""
    for match in _PASSIVE.finditer(text):
        participle = match["participle"].lower()
        if participle not in STATES and not participle.endswith("eed"):
            return match
    return None


@rule(
    "passive-run",
    CommentKind.STYLE,
    label="runs of passive sentences",
    weight=0.6,
    advice="In the passive passages, name who acts and make them the subject of the sentence.",
)
def passive_runs(prose: Prose, reader: Reader) -> Iterator[Remark]:
    needed = RUN_IN_METHODS if reader.method else RUN
    for paragraph in prose.blocks_of_prose:
        run: list[tuple[Sentence, re.Match[str]]] = []
        for sentence in (*paragraph.sentences, None):
            match = passive(prose.own_text(sentence)) if sentence else None
            if sentence and match:
                run.append((sentence, match))
                continue
            if len(run) >= needed:
                yield _remark(prose, run)
            run = []


def _remark(prose: Prose, run: list[tuple[Sentence, re.Match[str]]]) -> Remark:
    (first, match), last = run[0], run[-1][0]
    return Remark(
        first.start,
        last.end,
        f"{len(run)} sentences in a row here are in the passive, so the reader learns what was done but not "
        "by whom. "
        "Where the person or thing that acts matters, hiding it weakens the point.",
        _active(prose.own_text(first), match),
        strength=min(1.0 + 0.1 * (len(run) - RUN), 1.5),
    )


def _active(sentence: str, match: re.Match[str]) -> str:
    """The first passive turned round, in the writer's words where its subject can be told."""
    verb = match["participle"].lower()
    past = IRREGULAR.get(verb, verb)
    subject = _SUBJECT.search(sentence[: match.start()].rstrip())
    if subject is None or subject[1].split()[-1].lower() in FUNCTION_WORDS:
        return f"Ask who or what {past} it here, and begin with them. One or two changes break the run."
    thing = subject[1][0].lower() + subject[1][1:]
    return (
        f"For “{excerpt(f'{subject[1]} {match.group()}', 60)}”, write who did it: “[who] {past} {thing} …”. "
        "One or two changes are enough to break the run."
    )
