"""Files that stand for a stretch of a Word document's text (altChunk): HTML, plain text, another document."""

from __future__ import annotations

import email
from collections.abc import Callable
from email.message import Message

from feedback.documents.characters.encoding import decode
from feedback.documents.structure.blocks import Block

from ..unread import Unread
from .html import read_html

_HTML = (b"<!doctype html", b"<html", b"<body", b"<p", b"<div", b"<h", b"<table", b"<ul", b"<?xml")
_MAIL = (b"mime-version", b"content-type", b"from:")


def read_alternative(data: bytes, unread: Unread, read_word: Callable[[bytes], list[Block]]) -> list[Block]:
    """The blocks of such a file; one of a kind that is not read is counted as unread."""
    opening = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"PK\x03\x04"):
        return read_word(data)
    if opening.startswith(_MAIL):
        return read_html(_page_of(email.message_from_bytes(data)), unread)
    if opening.startswith(_HTML):
        return read_html(decode(data)[0], unread)
    if opening.startswith(b"{\\rtf"):
        unread.embedded += 1
        return []
    return [Block(paragraph) for paragraph in decode(data)[0].splitlines() if paragraph.strip()]


def _page_of(message: Message) -> str:
    """The page of a web archive (.mht)."""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return decode(payload)[0] if isinstance(payload, bytes) else ""
    return ""
