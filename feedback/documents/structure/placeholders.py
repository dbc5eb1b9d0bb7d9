"""Sentences that a template shows where nothing was filled in yet: not the student's words."""

from __future__ import annotations

import re

_PLACEHOLDERS = re.compile(
    r"Click or tap (?:here )?to enter (?:a date|text)\.|Click (?:here )?to enter (?:a date|text)\."
    r"|Click or tap here to enter text\.|Choose an item\.|\[Click here and type[^\]\n]{0,60}\]"
    r"|Klicken oder tippen Sie(?: hier)?, um (?:Text|ein Datum) einzugeben\.|Wählen Sie ein Element aus\."
    r"|Klicken Sie hier, um (?:Text|ein Datum) einzugeben\."
    r"|Cliquez ou appuyez ici pour entrer (?:du texte|une date)\.|Choisissez un élément\."
    r"|Haga clic o pulse aquí para escribir (?:texto|una fecha)\.|Elija un elemento\."
    r"|\[(?:Document|Report|Essay|Course|Your|Student|Author|Instructor)(?:'s)? "
    r"(?:[Tt]itle|[Ss]ubtitle|[Nn]ame)\]"
)


def without_placeholders(text: str) -> tuple[str, int]:
    """The text without placeholders, and how many there were."""
    return _PLACEHOLDERS.subn("", text)
