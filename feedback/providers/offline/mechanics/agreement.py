"""Slips of grammar that the engine leaves: subject and verb, number, and the form after a helping verb.

Only where a few words decide: at the start of a sentence or clause, with closed lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import words
from .slip import Slip, SlipKind
from .words import frequency

PLURALS = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "teeth": "tooth", "feet": "foot",
    "mice": "mouse",
}  # fmt: skip
# verbs that are no noun after a noun: "the reader understand", "teachers spends"
_VERBS = words(
    """
    believe belong become bring buy choose come consider consist contain decide depend describe eat
    enjoy exist expect explain feel find follow forget give go grow happen hear include keep know
    learn live lose make mean meet move need prevent provide read receive remain require say see
    seem sell send serve speak spend suffer suggest take teach tell think throw try understand use
    want win write
    """
)
_NOT_PLURAL = words(
    """
    news series species means lens gas physics mathematics economics politics ethics statistics
    athletics chaos atlas bias canvas alias christmas always perhaps besides sometimes this his its
    us yes thus as is was has does
    """
)
_COLLECTIVE = words(
    """
    people police staff team government family council majority minority number rest others half
    young old poor rich data media public crew audience class committee couple crowd group jury
    press company band army party best most dutch english french british chinese japanese irish
    spanish welsh cattle youth elderly unemployed dead sick few many same following former latter
    two three four five will can may might must shall would could should
    """
)
_START = (
    r"(?:(?<=^)|(?<=[.!?] )|(?<=because )|(?<=although )|(?<=while )|(?<=whereas )|(?<=, and )|(?<=, but ))"
)
_MANY = r"(?:[Tt]he|[Tt]hese|[Tt]hose|[Mm]any|[Mm]ost|[Ss]ome|[Aa]ll|[Oo]ur|[Tt]heir|[Mm]y|[Hh]is|[Hh]er)"
_ONE = r"(?:[Tt]he|[Aa]n?|[Ee]ach|[Ee]very|[Tt]his|[Tt]hat|[Mm]y|[Oo]ur|[Tt]heir|[Hh]is|[Hh]er|[Ii]ts)"
_NUMBERS = r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty)"
_PEOPLE = r"(?:people|students|teachers|children|farmers|parents|workers|women|men|persons|pupils)"

# plurals that begin a sentence without an article, and are nobody's name
_BARE = (
    r"(?:[Pp]eople|[Ss]tudents|[Tt]eachers|[Cc]hildren|[Ff]armers|[Pp]arents|[Ww]orkers|[Ww]omen|[Mm]en"
    r"|[Pp]upils"
    r"|[Aa]nimals|[Cc]ars|[Ss]chools|[Cc]ountries|[Cc]ompanies|[Mm]olecules|[Cc]ells|[Pp]hones|[Bb]ooks"
    r"|[Gg]ames)"
)
_SEVERAL_ARE = re.compile(
    rf"{_START}(?:{_MANY} (?:{_NUMBERS} )?|(?={_BARE}\b))(?P<noun>[A-Za-z]+) (?P<verb>was|is|has"
    rf"|doesn['’]t)\b"
)
_SEVERAL_DO = re.compile(
    rf"{_START}(?:{_MANY} (?:{_NUMBERS} )?|(?={_BARE}\b))(?P<noun>[A-Za-z]+) (?P<verb>[a-z]+s)\b"
)
_ONE_IS = re.compile(rf"{_START}{_ONE} (?:[a-z]+ )?(?P<noun>[a-z]+) (?P<verb>were|are|have|don['’]t)\b")
_ONE_DOES = re.compile(rf"{_START}{_ONE} (?:[a-z]+ )?(?P<noun>[a-z]+) (?P<verb>[a-z]+)\b")
_SINGULAR = {
    "was": "were", "is": "are", "has": "have", "doesn't": "don't", "doesn’t": "don’t", "were": "was",
    "are": "is", "have": "has", "don't": "doesn't", "don’t": "doesn’t",
}  # fmt: skip
_SAFE = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (r"(?:(?<=^)|(?<=[.!?] ))This are\b", "These are"),
        (r"(?:(?<=^)|(?<=[.!?] ))(?:These|Those) (?:is|was|has)\b", ""),
        (rf"\b[Mm]uch {_PEOPLE}\b", ""),
        (rf"\b[Mm]ost of (?={_PEOPLE}\b){_PEOPLE}\b", ""),
        (rf"\b[Aa]n? (?:{'|'.join(PLURALS.keys() - {'people'})})\b", ""),
        (rf"\b{_PEOPLE} which (?!of\b)\w+", ""),
        (r"\b(?:[Nn]obody|[Nn]o one|[Nn]othing) (?:can['’]t|cannot|couldn['’]t|doesn['’]t|don['’]t"
         r"|didn['’]t|won['’]t)", ""),
        (r"\b(?:may|might|must) (?:could|can|would|should|will)\b", ""),
        (r"\b(?:[Hh]is|[Hh]er|[Mm]y|[Yy]our|[Tt]heir|[Oo]ur|good|some) advise\b", ""),
        (r"\b(?:would|will|to|can|could|not|may|might|should|must) loose (?=\w)\w+", ""),
        (r"\b[Ww]ether\b", "whether"),
        (r"\b(?:want|wants|wanted|try|tried|able|going|us|them) to (?:went|found|saw|took|made|gave"
         r"|came|did|was|were|had|got"
         r"|knew|thought|told|said|bought|wrote|ate|began|spoke)\b", ""),
        (r"\b(?:can|could|would|should|might|must) (?:includes|shows|makes|takes|gives|needs|helps"
         r"|becomes|gets|goes|has|is"
         r"|does|means|leads|causes|finds|says)\b", ""),
        (r"\b(?:was|were|been|being) (?:consider|prevent|include|require|provide|decide|describe|choose"
         r"|receive|allow)\b", ""),
        (rf"\b(?:{_NUMBERS}|\d\d+) (?:minute|hour|day|week|month|year|student|pupil|person|metre|meter"
         rf"|kilometre)"
         r"(?=[.,;:!?]|$| (?:it|the|we|he|she|they|was|were|are|later|ago|and|of|in|on|before|after)\b)", ""),
        (r"\b[Ee]very (?:days|weeks|months|years|students|pupils|people|children|teachers|countries)\b", ""),
        (r"\b(?:[Mm]any|[Ss]ome|[Mm]ost|[Aa]ll|[Bb]oth|[Ff]ew) of (?:us|them|you) (?:is|was|has|lives"
         r"|thinks|wants|knows"
         r"|needs|says|feels|takes|makes|goes)\b", ""),
        (r"\b(?:[Tt]hose|[Pp]eople) who (?:lives|thinks|wants|knows|needs|says|feels|takes|makes|goes"
         r"|has|is|was|does)\b", ""),
        (r"\b(?:have|has) (?:done|seen|gone|been|made|met|bought|finished|had"
         r"|\w+ed) (?:\w+ ){0,3}?yesterday\b", ""),
        (r"\b[Mm]ore (?:happier|easier|better|faster|bigger|stronger|longer|higher|cheaper|safer"
         r"|worse)\b", ""),
        (r"\b(?:he|she|it) don['’]t\b", ""),
        (r"\b(?:buyed|feeled|goed|catched|runned|writed|bringed|thinked|maked|taked|eated|drinked"
         r"|choosed|falled)\b", ""),
    )
)  # fmt: skip


def disagreements(text: str) -> Iterator[Slip]:
    """What is wrong for sure in one paragraph on one line."""
    for pattern, answer in _SAFE:
        for match in pattern.finditer(text):
            yield Slip(SlipKind.GRAMMAR, "Form", *match.span(), answer)
    for pattern in (_SEVERAL_ARE, _SEVERAL_DO, _ONE_IS, _ONE_DOES):
        for match in pattern.finditer(text):
            verb = _right(pattern, match["noun"], match["verb"], text[match.end() : match.end() + 2])
            if verb:
                start = match.start("noun")
                yield Slip(SlipKind.GRAMMAR, "Agreement", start, match.end(), f"{match['noun']} {verb}")


def _right(pattern: re.Pattern[str], noun: str, verb: str, after: str) -> str:
    """The verb as it goes with the noun; empty where it does, or where one can't tell."""
    if after[:1] in ("-", "'", "’"):
        return ""
    noun = noun.lower()
    if pattern in (_SEVERAL_ARE, _SEVERAL_DO):
        if not _is_plural(noun):
            return ""
        return _SINGULAR[verb] if pattern is _SEVERAL_ARE else _base(verb)
    if not _is_singular(noun):
        return ""
    if pattern is _ONE_IS:
        return _SINGULAR[verb]
    return _third_person(verb) if verb in _VERBS - {"use", "read", "need", "move", "find", "say"} else ""


def _is_plural(noun: str) -> bool:
    if noun in PLURALS:
        return True
    if noun in _NOT_PLURAL or not noun.endswith("s") or noun.endswith(("ss", "us", "is", "ics")):
        return False
    return max(frequency(noun[:-1], "en"), frequency(noun[:-2], "en") if noun.endswith("es") else 0) > 1000


def _is_singular(noun: str) -> bool:
    countable = frequency(f"{noun}s", "en") > 300 and frequency(noun, "en") > 1000
    return countable and noun not in _COLLECTIVE and noun not in PLURALS and not noun.endswith("s")


def _base(verb: str) -> str:
    """The plural form of a listed verb: "spends" to "spend"."""
    for base in (verb[:-1], verb[:-2], f"{verb[:-3]}y"):
        if base in _VERBS and _third_person(base) == verb:
            return base
    return ""


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else f"{verb}s"
