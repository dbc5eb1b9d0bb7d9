"""The decoding of a text file: by its mark, by UTF-8's own proof, or by a guess with a warning."""

from __future__ import annotations

import codecs

from feedback.documents import messages
from feedback.documents.errors import Corrupt, WrongType
from feedback.messages.model import Message, message

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What students' editors write. The whole list of a detector finds rarities in any short text.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman",
]  # fmt: skip
_NAMES = {"utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252 (Western European)"}
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_SAMPLE = 64 * 1024
_STRAY = 3  # control characters that even a short text may hold
_WESTERN = "cp1252"  # what old editors write in most of our languages: first among equals


def looks_binary(data: bytes) -> bool:
    """Whether these bytes are no text in any encoding: more than 5 in 100 are control characters."""
    if data.startswith(tuple(mark for mark, _ in _MARKS)) or _unmarked_utf16(data):
        return False
    sample = data[:_SAMPLE]
    return len(sample) - len(sample.translate(None, _CONTROLS)) > max(_STRAY, len(sample) / 20)


def decode(data: bytes) -> tuple[str, Message | None]:
    """The text, and a warning where its encoding was guessed; raises WrongType or Corrupt."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name), None
    if guessed := _unmarked_utf16(data):
        return _decode_as(data, guessed), _warning(guessed)
    if looks_binary(data):
        raise WrongType(messages.NOT_TEXT)
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        name = _guess(data)
        return data.decode(name, errors="replace"), _warning(name)


def _decode_as(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Corrupt from None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: of text with spaces and line ends, many bytes in one half are zero."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    if len(data) % 2 or len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    enough, few = max(1, len(sample) // 20), len(sample) // 200
    if odd >= enough and even <= few:
        return "utf-16-le"
    if even >= enough and odd <= few:
        return "utf-16-be"
    return None


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # 40 ms that only old files pay

    matches = from_bytes(data, cp_isolation=_CANDIDATES)
    best = matches.best()
    if best is None:
        return _WESTERN
    equals = {name for match in matches if match.chaos <= best.chaos for name in match.could_be_from_charset}
    return _WESTERN if _WESTERN in equals else best.encoding


def _warning(name: str) -> Message:
    shown = _NAMES.get(name, name.replace("_", "-").replace("cp125", "Windows-125"))
    return message(messages.GUESSED_ENCODING, encoding=shown)
