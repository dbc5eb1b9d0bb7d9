"""Files that are no document, known by content or name, each with a message on what to do."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from pathlib import PurePath

from feedback.messages.model import Message

from . import messages
from .errors import DocumentError, Encrypted, WrongType

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCK_SIZE = 162  # bytes of Word's own mark that a document is open


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", messages.RTF),
    (b"\x89PNG", messages.PICTURE_FILE),
    (b"\xff\xd8\xff", messages.PICTURE_FILE),
    (b"GIF8", messages.PICTURE_FILE),
    (b"BM", messages.PICTURE_FILE),
    (b"II*\0", messages.PICTURE_FILE),
    (b"MM\0*", messages.PICTURE_FILE),
    (b"\x00\x05\x16\x07", messages.RESOURCE_FORK),
    (b"L\x00\x00\x00\x01\x14\x02\x00", messages.SHORTCUT),
    (b"[InternetShortcut]", messages.SHORTCUT),
    (b"[Desktop Entry]", messages.SHORTCUT),
    (b"Rar!\x1a", messages.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", messages.ARCHIVE),
    (b"\x1f\x8b\x08", messages.ARCHIVE),
)
_INSIDE_OLE = (
    (_utf16("Workbook"), messages.SPREADSHEET),
    (_utf16("PowerPoint Document"), messages.SLIDES),
    (_utf16("__substg1.0"), messages.MAIL),
)
_PICTURE_BRANDS = re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1|avif)|RIFF....WEBP", re.DOTALL)
_WEB_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head)\b", re.I | re.DOTALL
)
_WEB_ARCHIVE = re.compile(rb"(?:from:.*|subject:.*|date:.*|\s)*mime-version:", re.I)
_CLOUD = re.compile(rb"\s*\{[^{}]*\"(?:doc_id|resource_id|url)\"\s*:", re.DOTALL)
_WEBLOC = re.compile(rb"\s*<\?xml.{0,300}<plist.{0,200}<key>URL</key>", re.DOTALL)
_SHORTCUTS = frozenset({
    ".gdoc", ".gsheet", ".gslides", ".gdraw", ".gform", ".url", ".lnk", ".webloc", ".desktop", ".website",
    ".icloud",
})  # fmt: skip
_SUFFIXES = {
    **dict.fromkeys((".html", ".htm", ".mht", ".mhtml"), messages.WEB_PAGE),
    **dict.fromkeys((".tmp", ".part", ".crdownload", ".download"), messages.UNFINISHED),
    **dict.fromkeys((".wps", ".wpd"), messages.OTHER_OFFICE),
    **dict.fromkeys((".eml", ".msg"), messages.MAIL),
    **dict.fromkeys((".xls", ".xlsx", ".csv", ".ods"), messages.SPREADSHEET),
    **dict.fromkeys((".ppt", ".pptx", ".odp"), messages.SLIDES),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".gif", ".heic", ".webp", ".tif", ".tiff"), messages.PICTURE_FILE
    ),
    ".pages": messages.APPLE_PAGES,
    ".doc": messages.OLD_OFFICE,
    ".rtf": messages.RTF,
    ".tex": messages.TEX,
    ".epub": messages.BOOK,
    ".zip": messages.ARCHIVE,
}


def wrong_kind(data: bytes, filename: str) -> Message | None:
    """What a file is that its name says to be no document, before anything is read of it; else None."""
    name = PurePath(filename).name
    suffix = PurePath(filename).suffix.lower()
    try:
        refuse_by_name(name)
        if suffix in _SHORTCUTS or suffix in _SUFFIXES:
            refuse_by_content(data, suffix)
    except DocumentError as error:
        return error.message
    return None


def refuse_by_name(name: str) -> None:
    """Raise WrongType for the marks that programs leave beside a document that is open."""
    if name.startswith(("~$", ".~lock.")) or (name.startswith(".~") and name.endswith("#")):
        raise WrongType(messages.LOCK)
    if name.startswith("._"):
        raise WrongType(messages.RESOURCE_FORK)


def refuse_by_content(data: bytes, suffix: str) -> None:
    """Raise WrongType, or Encrypted, where the file is another kind of thing, whatever it is named."""
    if data.startswith(_OLE):
        if _utf16("EncryptedPackage") in data:
            raise Encrypted
        raise WrongType(next((code for mark, code in _INSIDE_OLE if mark in data), messages.OLD_OFFICE))
    text = data[:64].removeprefix(BOM_UTF8).lstrip()
    for beginning, code in _BEGINNINGS:
        if (data.startswith(beginning) or (beginning.isascii() and text.startswith(beginning))) and (
            beginning != b"BM" or b"\0" in data[:16]
        ):
            raise WrongType(code)
    if _PICTURE_BRANDS.match(data):
        raise WrongType(messages.PICTURE_FILE)
    if len(data) == _LOCK_SIZE and data[0] < 55 and suffix in {".docx", ".doc", ".docm"}:  # a name of so many
        raise WrongType(messages.LOCK)
    if data.startswith(b"bplist00") and b"URL" in data[:64]:
        raise WrongType(messages.SHORTCUT)
    if suffix in _SHORTCUTS or _WEBLOC.match(data[:1024]) or (len(data) < 2048 and _CLOUD.match(data)):
        raise WrongType(messages.SHORTCUT)
    if _WEB_PAGE.match(data[:4096].removeprefix(BOM_UTF8)) or (
        _WEB_ARCHIVE.match(data[:1024]) and b"text/html" in data[:65_536]
    ):
        raise WrongType(messages.WEB_PAGE)
    if suffix == ".svg" or data[:512].lstrip().startswith(b"<svg"):
        raise WrongType(messages.PICTURE_FILE)
    if suffix in _SUFFIXES:
        raise WrongType(_SUFFIXES[suffix])
