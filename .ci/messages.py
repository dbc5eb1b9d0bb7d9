"""The catalogues of translations, brought up to date with the strings in the sources, and compiled.

    python .ci/messages.py           # after a string was written, changed or taken out
    python .ci/messages.py --check   # names what is missing, and changes nothing

Babel alone does it: GNU gettext is not needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
from babel.messages import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de",)
ENGLISH_ONLY = (  # what only operators meet
    "admin", "alerts", "embedded", "interventions.py", "management", "migrations", "observe", "operations",
    "operations.py", "simulator", "supervisor", "terminal",
)  # fmt: skip
PAGES = ("config", "feedback", "templates")
KEYWORDS = {
    "_": None, "_now": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip

Message = tuple[str | tuple[str, ...], str | None]  # the text (one, many) and its context


def sources() -> Iterator[Path]:
    for folder in PAGES:
        for ending in ("*.py", "*.html", "*.txt"):
            for path in sorted((ROOT / folder).rglob(ending)):
                if not set(path.relative_to(ROOT).parts) & set(ENGLISH_ONLY):
                    yield path


def messages_in(path: Path) -> Iterator[Message]:
    """The strings that a source marks."""
    text = path.read_text()
    if path.suffix != ".py":
        # The strings of a template, as code: the blanked rest must not look like an indentation.
        text = "\n".join(line.strip() for line in templatize(text, str(path)).splitlines())
    for _line, function, texts, _comments in extract_python(BytesIO(text.encode()), KEYWORDS, (), {}):
        if message := _message(function, texts):
            yield message


def _message(function: str, texts: str | tuple[str | None, ...] | None) -> Message | None:
    parts = texts if isinstance(texts, tuple) else (texts,)
    context = None
    if "pgettext" in function:
        context, *rest = parts
        parts = tuple(rest)
    if function.startswith(("ngettext", "npgettext")):
        one, many = parts[:2]
        return ((one, many), context) if one and many else None
    return (parts[0], context) if parts[0] else None


def extracted() -> Catalog:
    """Every string that a page may show, in the order of the sources."""
    from feedback.portal.accounts.messages import SENTENCES

    found = Catalog()
    for path in sources():
        for message, context in messages_in(path):
            found.add(message, context=context)
    for sentence in SENTENCES:
        found.add(sentence)
    return found


def folder_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES"


def catalogue_of(language: str) -> Catalog:
    with (folder_of(language) / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Strings of the sources that the catalogue lacks."""
    found = []
    for message in extracted():
        known = catalogue.get(message.id, context=message.context)
        if message.id and (known is None or known.fuzzy or not all(_strings(known.string))):
            found.append(str(message.id))
    return found


def _strings(texts: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return texts if isinstance(texts, tuple) else (texts or "",)


def bring_up_to_date(language: str) -> list[str]:
    catalogue = catalogue_of(language)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with (folder_of(language) / "django.po").open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True)
    (folder_of(language) / "django.mo").write_bytes(compiled(catalogue))
    return missing(catalogue)


def main() -> int:
    is_check = "--check" in sys.argv
    untranslated = 0
    for language in LANGUAGES:
        left = missing(catalogue_of(language)) if is_check else bring_up_to_date(language)
        untranslated += len(left)
        for message in left:
            sys.stdout.write(f"{language}: not translated: {message}\n")
    return min(untranslated, 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    sys.exit(main())
