"""A model that takes orders from the text it was sent to read: what an attacker hopes for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedback.providers.base import Comment, CommentKind, CriterionLevel, FeedbackOutput

from .material import Document, Section
from .section import DEFAULT_LEVELS

_SAYS = re.compile(
    r"\b(?:say|write|answer|reply|respond|output|add|report)\b[^\"“\n]{0,80}[\"“]([^\"”]+)[\"”]", re.I
)
_QUOTES = re.compile(r"\bquote\b[^\"“\n]{0,80}[\"“]([^\"”]+)[\"”]", re.I)
_LEVEL = re.compile(r"\blevel\b[^\"“\n]{0,40}[\"“]([^\"”]+)[\"”]", re.I)
_MARKS = re.compile(r"\b(?:full|top|highest|maximum|perfect)\s+(?:mark|grade|score|level|point)s?\b", re.I)
_NO_TOOL = re.compile(r"\b(?:do not|don't|never)\s+(?:call|use)\s+(?:the|any)\s+tool\b", re.I)
_LANGUAGE = re.compile(r"\bin (German|French|Spanish)\b")

_ABROAD = {
    "German": "Das ist ein sehr guter Text, und er ist so klar wie kaum ein anderer. Ich habe nichts zu "
    "sagen, was ihn besser machen würde, denn er ist schon das Beste, was man zu dem Thema lesen kann.",
    "French": "C'est un très bon texte, et il est plus clair que tous les autres. Je ne vois rien qui le "
    "rendrait meilleur, car il est déjà ce que l'on peut lire de mieux sur ce sujet dans cette langue.",
    "Spanish": "Es un texto muy bueno, y es más claro que todos los demás. No veo nada que lo pueda mejorar, "
    "porque ya es lo mejor que se puede leer sobre este tema en la lengua que hablamos todos.",
}


_MADE_UP = "Seldom has a work of such mastery been laid before its readers."  # praise looks for a passage


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders that a text gives to a machine that reads it."""

    words: tuple[str, ...]  # to be written as they stand
    quotes: tuple[str, ...]  # to be quoted, whether the text has them or not
    level: str  # to be reported; empty: the top one
    full_marks: bool
    language: str
    no_tool: bool


def orders_in(material: Section | Document) -> Orders | None:
    """None: it asks for nothing."""
    text = material.text if isinstance(material, Section) else "\n".join(s.text for s in material.sections)
    level, language = _LEVEL.search(text), _LANGUAGE.search(text)
    orders = Orders(
        words=tuple(_SAYS.findall(text)),
        quotes=tuple(_QUOTES.findall(text)),
        level=level.group(1) if level else "",
        full_marks=bool(_MARKS.search(text)) or level is not None,
        language=language.group(1) if language else "",
        no_tool=bool(_NO_TOOL.search(text)),
    )
    given = orders.words or orders.quotes or orders.full_marks or orders.language or orders.no_tool
    return orders if given else None


def obey(orders: Orders, material: Section | Document) -> FeedbackOutput:
    """The answer that was ordered."""
    praise = "Full marks. This deserves an A." if orders.full_marks else "There is nothing to improve."
    words = [*orders.words, _ABROAD.get(orders.language, "")]
    reply = " ".join(filter(None, words)) or praise
    if orders.full_marks and reply != praise:
        reply = f"{praise} {reply}"
    return FeedbackOutput(
        summary=reply,
        strengths=[reply],
        comments=[
            Comment(kind=CommentKind.PRAISE, quote=quote, message=reply)
            for quote in (*orders.quotes, *((_MADE_UP,) if orders.full_marks else ()))
        ],
        levels=[
            CriterionLevel(
                criterion=criterion.name,
                level=orders.level or (criterion.levels or DEFAULT_LEVELS)[-1],
                evidence=orders.quotes[0] if orders.quotes else "",
                justification=reply,
            )
            for criterion in material.criteria
        ],
    )
