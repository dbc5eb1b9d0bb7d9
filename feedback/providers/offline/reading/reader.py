"""Who the writing is for, as far as the task and the text tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedback.providers.base import Task

from .headings import METHOD
from .prose import Prose


@dataclass(frozen=True, slots=True)
class Reader:
    """What the stated audience can be expected to read with ease."""

    name: str  # as a remark calls them
    sentence_words: int = 40  # a longer sentence is worth a second look
    grade: float = 15.0  # years of schooling up to which a text reads easily (Flesch-Kincaid)
    academic: bool = False  # formal register and sources are expected
    personal: bool = False  # first person and contractions are at home
    method: bool = False  # the section reports a procedure, where the passive is the convention

    @property
    def plural(self) -> bool:
        return self.name in _SEVERAL

    def does(self, one: str, several: str) -> str:
        """The form of a verb that goes with the name."""
        return several if self.plural else one


_SEVERAL = frozenset(("children", "teenage readers", "specialists"))


_CHILDREN = re.compile(
    r"\b(child(?:ren)?|pupils?|primary school|elementary|kids|year [1-6])\b", re.IGNORECASE
)
_TEENS = re.compile(
    r"\b(teen(?:ager)?s?|secondary school|high school|middle school|year (?:[7-9]|1[0-3]))\b", re.IGNORECASE
)
_PUBLIC = re.compile(
    r"\b(general (?:public|reader|audience)s?|lay (?:reader|audience|person)s?|newspaper|blog|magazine"
    r"|non-?specialists?"
    r"|local residents|citizens|op-?ed|letter to)\b",
    re.IGNORECASE,
)
_EXPERTS = re.compile(
    r"\b(experts?|specialists?|researchers?|peer[- ]review\w*|journal article|postgraduate|phd|thesis)\b",
    re.IGNORECASE,
)
_ACADEMIC = re.compile(
    r"\b(academic|universit\w+|undergraduates?|scholar\w*|essay|dissertation|lab(?:oratory)? report|seminar"
    r"|examiners?"
    r"|lecturers?|professors?|literature review|term paper|coursework)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(reflect\w*|personal|diary|learning journal|memoir|narrative|blog)\b", re.IGNORECASE
)
_MANY_CITATIONS = 2


def reader_of(task: Task, prose: Prose) -> Reader:
    """The reader named by the audience; else the one the task's words or the text's citations imply."""
    brief = " ".join((task.audience, task.title, task.instructions, *prose.heading_path))
    personal = bool(_PERSONAL.search(brief))
    cited = len(prose.citations) >= _MANY_CITATIONS
    academic = not personal and bool(_ACADEMIC.search(brief) or _EXPERTS.search(task.audience) or cited)
    method = any(METHOD.search(heading) for heading in prose.heading_path[-1:])
    name, words, grade, formal = _expectations(task.audience or brief, academic=academic)
    return Reader(name, words, grade, academic=academic and formal, personal=personal, method=method)


def _expectations(audience: str, *, academic: bool) -> tuple[str, int, float, bool]:
    """Name, sentence length, grade, and whether a formal register can be expected at all."""
    if _CHILDREN.search(audience):
        return "children", 22, 7.0, False
    if _PUBLIC.search(audience):
        return "a general reader", 32, 11.5, False
    if _TEENS.search(audience):
        return "teenage readers", 28, 10.0, True
    if _EXPERTS.search(audience):
        return "specialists", 45, 19.0, True
    if academic:
        return "an academic reader", 40, 17.0, True
    return "your reader", 36, 14.5, True
