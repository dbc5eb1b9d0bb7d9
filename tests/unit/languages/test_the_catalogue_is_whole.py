"""German says everything that the pages say, and what is compiled is what is written."""

from __future__ import annotations

import ast
import importlib.util
import re
from gettext import GNUTranslations
from pathlib import Path
from types import ModuleType

import pytest
from allauth import __file__ as allauth
from babel.messages import Catalog
from babel.messages.pofile import read_po

from feedback.portal.accounts.messages import SENTENCES

ROOT = Path(__file__).parents[3]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+>")
FORMAL = re.compile(r"(?<!^)(?<![.!?:] )\b(Sie|Ihnen|Ihr|Ihre[mnrs]?)\b")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / ".ci/messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def german(messages: ModuleType) -> Catalog:
    catalogue: Catalog = messages.catalogue_of("de")
    return catalogue


def pairs(catalogue: Catalog) -> list[tuple[str, str]]:
    """Each sentence with its translation, singular and plural each with their own."""
    return [
        pair
        for message in catalogue
        if message.id
        for pair in zip(forms(message.id), forms(message.string), strict=True)
    ]


def forms(english: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (english or "",) if isinstance(english, str | None) else tuple(english)


def test_what_is_compiled_is_what_is_written(messages: ModuleType, german: Catalog) -> None:
    with (messages.folder_of("de") / "django.mo").open("rb") as file:
        stored = GNUTranslations(file)
    for message in german:
        one, *many = forms(message.id)
        if many:
            compiled: tuple[str, ...] = (stored.ngettext(one, many[0], 1), stored.ngettext(one, many[0], 2))
        elif message.context:
            compiled = (stored.pgettext(message.context, one),)
        else:
            compiled = (stored.gettext(one),)
        assert not one or compiled == forms(message.string), "run `make messages`"


def test_every_word_of_a_page_has_its_german(messages: ModuleType, german: Catalog) -> None:
    assert messages.missing(german) == [], "run `make messages`, and translate what it names"


def test_no_word_of_a_page_stands_within_an_f_string(messages: ModuleType) -> None:
    """Before Python 3.12 an f-string is one token, in which nothing is found to be translated."""
    hidden = [
        f"{path}:{call.lineno}"
        for path in messages.sources()
        if path.suffix == ".py" and "gettext" in (text := path.read_text())
        for string in ast.walk(ast.parse(text))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in messages.KEYWORDS
    ]
    assert hidden == []


def test_nothing_waits_for_a_second_look(german: Catalog) -> None:
    assert [message.id for message in german if message.id and message.fuzzy] == []


def test_placeholders_agree(german: Catalog) -> None:
    def placeholders(words: str) -> set[str]:
        return set(PLACEHOLDER.findall(words))

    wrong = [
        (english, german)
        for english, german in pairs(german)
        if placeholders(english) != placeholders(german)
    ]
    assert wrong == []


def test_lines_and_spaces_at_the_ends_agree(german: Catalog) -> None:
    def ends(words: str) -> tuple[bool, bool]:
        return words[:1].isspace(), words[-1:].isspace()

    assert [english for english, german in pairs(german) if ends(english) != ends(german)] == []


def test_it_says_du(german: Catalog) -> None:
    assert [words for _, words in pairs(german) if FORMAL.search(words)] == []


def test_what_is_written_in_place_of_allauths_words_is_still_in_allauth() -> None:
    with (Path(allauth).parent / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        theirs = {message.id for message in read_po(file)}
    assert set(SENTENCES) <= theirs
