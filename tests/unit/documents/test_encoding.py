"""Text files of unknown encoding."""

from __future__ import annotations

import pytest

from feedback.documents import WrongType
from feedback.documents.characters.encoding import decode
from feedback.messages.words import in_english

GERMAN = "Der Übermut kostet “viel” – sagt die Mühle. Résumé naïve café."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_is_marked_or_proved_is_read_without_a_warning(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding)) == (GERMAN, None)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read_with_a_warning(encoding: str) -> None:
    text, warning = decode(GERMAN.encode(encoding))
    assert text == GERMAN
    assert warning is not None
    assert "read as UTF-16" in in_english(warning)


@pytest.mark.parametrize(
    ("encoding", "named", "text"),
    [
        ("cp1252", "Windows-1252", GERMAN),
        ("cp1252", "Windows-1252", "L’élève a écrit une très bonne rédaction, où il s’étonne des sources."),
        ("cp1252", "Windows-1252", "The essay’s argument – that bread was “political” – is fine."),
        ("cp1250", "Windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Škola je důležitá."),
        ("cp1250", "Windows-1250", "Uczniowie piszą o wojnie, która się źle skończyła. Było im ciężko."),
        ("cp1251", "Windows-1251", "Привет, это сочинение о войне и мире. Мы писали его долго."),
        ("shift_jis", "shift-jis", "これは学生の作文です。とても長い文章を書きました。"),
    ],
)
def test_a_guess_is_right_and_is_named(encoding: str, named: str, text: str) -> None:
    decoded, warning = decode(text.encode(encoding))
    assert decoded == text
    assert warning is not None
    assert f"read as {named}" in in_english(warning)


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"\x7fELF" + b"\0" * 5_000, b"\x01\x02\x03\x04" * 100]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(WrongType, match="not_text"):
        decode(data)


def test_a_stray_control_character_does_not_make_a_text_binary() -> None:
    assert decode(b"a long enough text with one NUL \0 in it, " * 3)[0].startswith("a long")
