"""Words that carry no meaning of their own, and verbs that hide in nouns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback.providers.offline.reading.phrases import any_of, like, matching, normal
from feedback.providers.offline.reading.prose import Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon import words
from ..lexicon.grammar import FUNCTION_WORDS
from ..lexicon.wording import CLICHES, FILLERS, HIDDEN_VERBS, LIGHT_VERB_FORMS, LIGHT_VERBS
from ..rules import Remark, excerpt, rule

HIDDEN_IN_ONE_SENTENCE = 2

_FILLER = any_of(FILLERS)
_CLICHE = any_of(CLICHES)
_EXPLETIVE = re.compile(
    r"\bthere (?P<be>is|are|was|were) (?P<noun>(?:a |an |the |many |some |several |no |few |various |two "
    r"|three |four )?(?:[\w’'-]+ ){1,3}?)"
    r"(?P<link>that|which|who) (?P<verb>\w+)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    rf"\bthe (?P<noun>{'|'.join(HIDDEN_VERBS)}) of (?P<rest>(?:[\w’'-]+ ){{0,3}}?[\w’'-]+)"
    r"(?=[,.;:)]|\s+(?:and|or|of|in|to|for|on|at|by|with|from|that|which|is|are|was|were|has|have|will|would"
    r"|can|could|may)\b)",
    re.IGNORECASE,
)


def _light_verb_patterns() -> Iterator[tuple[re.Pattern[str], str]]:
    for phrase, verb in LIGHT_VERBS.items():
        light, rest = phrase.split(" ", 1)
        rest = re.sub(r"\b(an?) ", r"(?:an?|the) (?:\\w+ )?", rest, count=1)
        yield matching([rf"(?:{LIGHT_VERB_FORMS[light]}) {rest}"]), verb


_LIGHT = tuple(_light_verb_patterns())
_AUXILIARIES = words(
    "is are was were has have had can could will would may might must should do does did need want"
)
_ANY_LIGHT = re.compile(r"\b(?:" + "|".join(LIGHT_VERB_FORMS.values()) + r")\b", re.IGNORECASE)


@rule(
    "filler",
    CommentKind.STYLE,
    label="phrases that can be shorter",
    weight=0.45,
    advice="Cut the set phrases that say in four words what one word says.",
)
def fillers(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _FILLER.finditer(prose.own):
        phrase = match.group()
        shorter = FILLERS[normal(phrase)]
        sentence = prose.sentence_at(match.start())
        yield Remark(
            match.start(),
            match.end(),
            f"“{excerpt(phrase)}” takes up room that the point itself could have. Readers skim over set "
            "phrases like this one.",
            _shorter(prose, sentence, match, shorter),
            strength=1.0 + 0.05 * len(phrase.split()),
        )


def _shorter(prose: Prose, sentence: Sentence | None, match: re.Match[str], shorter: str) -> str:
    end = sentence.end if sentence else match.end()
    following = prose.text[match.end() : end].split()[:5]
    after = " ".join(following)
    if not shorter:
        start = after[:1].upper() + after[1:] if match.group()[:1].isupper() else after
        return f"Leave it out: “{start} …” says the same." if after else "Leave it out: nothing is lost."
    if "(" in shorter or not after:
        return f"Try {shorter}."
    return f"Try “{like(match.group(), shorter)} {after} …”."


@rule(
    "cliche",
    CommentKind.STYLE,
    label="ready-made phrases",
    weight=0.55,
    advice="Replace each ready-made phrase with the particular thing you mean.",
)
def cliches(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _CLICHE.finditer(prose.own):
        phrase = excerpt(match.group())
        yield Remark(
            match.start(),
            match.end(),
            f"“{phrase}” is a phrase that could stand in any essay, so it tells the reader little about "
            "yours.",
            _particular(normal(match.group())),
        )


def _particular(phrase: str) -> str:
    if "role" in phrase:
        return "Say what the role is: which result would be different without it?"
    if any(
        time in phrase
        for time in (
            "society",
            "world",
            "day and age",
            "dawn",
            "beginning of time",
            "history",
            "more than ever",
        )
    ):
        return "Name the place and time you mean, or begin straight with your subject."
    return "Ask yourself what exactly happened or what exactly you mean here, and write that down."


@rule(
    "weak-verb",
    CommentKind.STYLE,
    label="weak verbs with the meaning in a noun",
    weight=0.5,
    advice="Let the verb carry the meaning: “decide” for “make a decision”.",
)
def weak_verbs(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        own = prose.own_text(sentence)
        if _ANY_LIGHT.search(own):
            yield from _light_verbs(sentence, own)
        for match in _EXPLETIVE.finditer(own):
            if _names_a_thing(match):
                yield _expletive(sentence, match)


def _names_a_thing(match: re.Match[str]) -> bool:
    """ "There are many teachers who ..." does, "there are still things that I ..." does not."""
    *_, noun = match["noun"].lower().split()
    middle = match["noun"].lower().split()[1:]
    return _is_verb(match) and not FUNCTION_WORDS & {noun, *middle}


def _is_verb(match: re.Match[str]) -> bool:
    """Whether a verb follows, as in "a rule that helps", and not a noun, as in "a pool that week"."""
    verb = match["verb"].lower()
    return match["link"].lower() == "who" or verb in _AUXILIARIES or verb.endswith(("ed", "s"))


def _light_verbs(sentence: Sentence, own: str) -> Iterator[Remark]:
    """The longest phrase at each place: "have a positive impact on" before "have an impact on"."""
    taken = 0
    found = [(match, verb) for pattern, verb in _LIGHT for match in pattern.finditer(own)]
    for match, verb in sorted(found, key=lambda pair: (pair[0].start(), -pair[1].count("("))):
        if match.start() < taken:
            continue
        taken = match.end()
        yield Remark(
            sentence.start + match.start(),
            sentence.start + match.end(),
            f"In “{excerpt(match.group())}” the meaning sits in the noun, and the verb only holds it up. "
            "One exact verb makes the sentence shorter and stronger.",
            f"Try a form of “{verb}”." if "(" not in verb else f"Try a form of {_exact(verb)}.",
        )


def _exact(verb: str) -> str:
    plain, _, note = verb.partition(" (")
    return f"“{plain}” ({note}"


def _expletive(sentence: Sentence, match: re.Match[str]) -> Remark:
    noun = match["noun"].strip()
    return Remark(
        sentence.start + match.start(),
        sentence.start + match.end(),
        f"“{excerpt(match.group())}” puts off the real subject, “{noun}”, behind a verb that says nothing.",
        f"Begin with it: “{noun[:1].upper()}{noun[1:]} {match['verb']} …”.",
        strength=0.8,
    )


@rule(
    "nominalisation",
    CommentKind.CLARITY,
    label="actions turned into nouns",
    weight=0.6,
    advice="Turn nouns such as “the implementation of” back into verbs with somebody who acts.",
)
def nominalisations(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        found = list(_HIDDEN.finditer(prose.own_text(sentence)))
        if len(found) >= HIDDEN_IN_ONE_SENTENCE:
            changes = " and ".join(_verbal(match) for match in found[:2])
            yield Remark(
                sentence.start,
                sentence.end,
                f"This sentence packs {len(found)} actions into nouns. The reader has to unpack them to see "
                "who does what.",
                f"Use verbs: {changes}; and say who does it.",
                strength=1.0 + 0.1 * (len(found) - HIDDEN_IN_ONE_SENTENCE),
                count=len(found),
            )


def _verbal(match: re.Match[str]) -> str:
    verb = HIDDEN_VERBS[match["noun"].lower()]
    return f"“{verb} {match['rest']}” for “{excerpt(match.group(), 50)}”"
