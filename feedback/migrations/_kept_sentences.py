"""The sentences that rows kept until migration 0034, as they were then, with their codes of today."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import Any

Data = dict[str, Any]

# The sentence, its code, and what its number was where the sentence does not hold it.
SENTENCES: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("This document could not be read.", "unreadable", {}),
    ("This document is empty: there is no text in it to give feedback on.", "empty", {}),
    ("This document is too large.", "too_large", {}),
    ("This kind of file cannot be read. Please upload .docx, .odt, .pdf, .md or .txt.", "wrong_type", {}),
    (
        "This document is protected by a password. Please remove the password and upload it again.",
        "encrypted",
        {},
    ),
    (
        (
            "This file is damaged and cannot be opened. Please save or export it again and upload the new"
            " copy."
        ),
        "corrupt",
        {},
    ),
    (
        (
            "This file is built in a way that is too complex to read safely. Please copy its text into a "
            "new document and upload that, or paste the text."
        ),
        "too_complex",
        {},
    ),
    (
        (
            "This PDF holds pictures of pages but no text, as a scan does. Please upload the document "
            "that it was made from, or run text recognition (OCR) on it first."
        ),
        "no_text",
        {},
    ),
    (
        (
            "The letters of this PDF cannot be read: its fonts do not say which letters they show, so "
            "copying text from it gives nonsense as well. Please upload the document that it was made "
            "from, or print it to a new PDF and run text recognition (OCR) on that."
        ),
        "garbled",
        {},
    ),
    (
        (
            "Reading this document took too long. Please copy its text into a new document and upload "
            "that, or paste the text."
        ),
        "reading_timed_out",
        {},
    ),
    (
        "This document has {words} words; at most {most} can be read. Please upload it in parts.",
        "too_many_words",
        {},
    ),
    ("This PDF has {pages} pages; at most {most} can be read.", "too_many_pages", {}),
    (
        (
            "This file is larger than {limit} MB. Pictures are the usual reason: please remove them, or "
            "upload the text as .docx or .txt."
        ),
        "file_too_large",
        {},
    ),
    ("This file is empty (0 bytes). Please check that it was saved, and upload it again.", "empty_file", {}),
    ("This is an RTF document. Please open it and save it as .docx or .pdf, then upload that.", "rtf", {}),
    (
        (
            "This is a document of an old Office version (.doc). Please open it and save it as .docx or "
            ".pdf, then upload that."
        ),
        "old_office",
        {},
    ),
    (
        "This program's files cannot be read. Please save it as .docx or .pdf, then upload that.",
        "other_office",
        {},
    ),
    (
        ("This is a picture, whatever it is named. Please upload the document itself, or type its text."),
        "picture_file",
        {},
    ),
    (
        (
            "This is not your document but the mark that it is open in Word or LibreOffice (its name "
            "begins with ~$ or .~lock). Please close the document there, and upload the file of the same "
            "name without that."
        ),
        "lock",
        {},
    ),
    (
        (
            "This is not your document but what macOS keeps about it (its name begins with ._). Please "
            "upload the file of the same name without that beginning."
        ),
        "resource_fork",
        {},
    ),
    (
        (
            "This is a shortcut: it says where your document is, and your text is not in it. Please open "
            "it and download the document itself (in Google Docs: File, Download, .docx), then upload "
            "that."
        ),
        "shortcut",
        {},
    ),
    ("This is an e-mail. Please save the document that is attached to it, and upload that.", "mail", {}),
    ("This is an e-book. Please upload the text as .docx, .odt, .pdf, .md or .txt.", "book", {}),
    ("This is the source of a TeX document. Please typeset it, and upload the PDF.", "tex", {}),
    (
        "This download was not finished. Please download the document again, and upload that.",
        "unfinished",
        {},
    ),
    (
        (
            "This PDF is a form that only Adobe Reader can show. Please open it there, print it to a new "
            "PDF, and upload that."
        ),
        "dynamic_form",
        {},
    ),
    (
        ("This is a Pages document. Please export it from Pages as Word (.docx) or PDF, then upload that."),
        "apple_pages",
        {},
    ),
    ("This is a spreadsheet. Please upload the text as .docx, .odt, .pdf, .md or .txt.", "spreadsheet", {}),
    ("This is a set of slides. Please upload the text as .docx, .odt, .pdf, .md or .txt.", "slides", {}),
    ("This is a zip archive. Please upload the document itself.", "archive", {}),
    (
        (
            "This is a web page that was saved, whatever it is named. If your document was behind it, "
            "please sign in there and download the document itself; else upload the text as .docx, .odt, "
            ".pdf, .md or .txt."
        ),
        "web_page",
        {},
    ),
    ("This is not a text file. Please upload .docx, .odt, .pdf, .md or .txt.", "not_text", {}),
    (
        (
            "This file is named {ending}, but inside it is not {kind}. Please open it and save it as "
            ".docx or .pdf, then upload that."
        ),
        "not_what_it_is_named",
        {},
    ),
    ("The file is named {ending}, but it is {kind} and was read as one.", "misnamed", {}),
    ("The file is named without an ending, but it is {kind} and was read as one.", "unnamed", {}),
    (
        (
            "The file does not say how its characters are encoded; it was read as {encoding}. Please "
            "check accents."
        ),
        "guessed_encoding",
        {},
    ),
    ("One invisible or control character was removed.", "invisible", {"number": 1}),
    ("{number} invisible or control characters were removed.", "invisible", {}),
    ("One heading without any words was left out.", "wordless_headings", {"number": 1}),
    ("{number} headings without any words were left out.", "wordless_headings", {}),
    ("One sign could not be read; “\ufffd” stands in its place.", "unread_signs", {"number": 1}),
    ("{number} signs could not be read; “\ufffd” stands in the place of each.", "unread_signs", {}),
    (
        (
            "One word that cannot be seen on the page (hidden, white, tiny or off the page) was left out;"
            " it is not part of the feedback."
        ),
        "unseen",
        {"number": 1},
    ),
    (
        (
            "{number} words that cannot be seen on the page (hidden, white, tiny or off the page) were "
            "left out; they are not part of the feedback."
        ),
        "unseen",
        {},
    ),
    ("One place of the template that was not filled in was left out.", "placeholders", {"number": 1}),
    ("{number} places of the template that were not filled in were left out.", "placeholders", {}),
    (
        "This document holds a picture; text in it is not read and is not part of the feedback.",
        "pictures",
        {"number": 1},
    ),
    (
        ("This document holds {number} pictures; text in them is not read and is not part of the feedback."),
        "pictures",
        {},
    ),
    ("A chart or drawing could not be read; it is not part of the feedback.", "charts", {"number": 1}),
    ("{number} charts or drawings could not be read; they are not part of the feedback.", "charts", {}),
    (
        "An equation that is kept as a picture could not be read; it is not part of the feedback.",
        "formulas",
        {"number": 1},
    ),
    (
        (
            "{number} equations that are kept as pictures could not be read; they are not part of the "
            "feedback."
        ),
        "formulas",
        {},
    ),
    ("A file inside this document was not read; it is not part of the feedback.", "embedded", {"number": 1}),
    ("{number} files inside this document were not read; they are not part of the feedback.", "embedded", {}),
    (
        (
            "The text of scanned pages was made by text recognition and may have mistakes that are not "
            "yours. Please check it."
        ),
        "recognised",
        {},
    ),
    ("One word that stands turned or aslant on its page was left out.", "turned", {"number": 1}),
    ("{number} words that stand turned or aslant on their page were left out.", "turned", {}),
    ("Page {page} holds only a picture; the text in it could not be read.", "picture_page", {}),
    ("Pages {pages} hold only pictures; the text in them could not be read.", "picture_pages", {}),
    (
        "Pages {pages} and more hold only pictures; the text in them could not be read.",
        "more_picture_pages",
        {},
    ),
    ("The feedback service was too busy for this section. You can try again.", "service_busy", {}),
    ("The feedback service could not be reached. You can try again.", "service_down", {}),
    ("The feedback service took too long over this section. You can try again.", "service_slow", {}),
    (
        ("The feedback service refused this section. Somebody has to look at it; trying again won't help."),
        "service_refused",
        {},
    ),
    ("The feedback service's answer could not be read. You can try again.", "answer_unreadable", {}),
    ("Something went wrong on our side. You can try again.", "broken", {}),
    ("No section could be analysed. You can try again.", "no_section_analysed", {}),
    ("The message that it is done could not be sent.", "undelivered", {}),
)
KINDS = {
    "a Word document (.docx)": "docx",
    "an OpenDocument text (.odt)": "odt",
    "a PDF": "pdf",
    "a Markdown text": "md",
    "plain text": "txt",
}
LOST = "run {run} ended without a word, as {failures} before it that counted"
NUMBERS = ("number", "words", "most", "pages", "limit", "page", "run", "failures")
CLASSED = re.compile(r"([A-Z][A-Za-z]+): (.*)", re.DOTALL)
ABORTED = re.compile(r"(.*) \((\w+)\)", re.DOTALL)


def message_of(sentence: str) -> Data:
    """The code and arguments of a kept sentence; of an unknown one, the sentence itself."""
    for pattern, code, implied in _patterns():
        if found := pattern.fullmatch(sentence):
            arguments = {name: _argument(name, text) for name, text in found.groupdict().items()}
            return {"code": code, "arguments": {**arguments, **implied}}
    return _recorded(sentence)


def sentence_of(data: Data) -> str:
    """The sentence that the release before kept for a message."""
    arguments: Data = data["arguments"]
    for sentence, code, implied in SENTENCES:
        if code == data["code"] and implied.items() <= arguments.items():
            return sentence.format_map({name: _shown(value) for name, value in arguments.items()})
    return str(arguments.get("text", data["code"]))


def error_of(error: str) -> Data:
    """The code and arguments of an operators' error, which was kept as its class, a colon and its text."""
    if found := _pattern(LOST).fullmatch(error):
        return {"code": "ended_without_word", "arguments": _numbers(found)}
    classed = CLASSED.fullmatch(error)
    if classed is None:
        return _recorded(error)
    document = message_of(classed[2])
    if document["code"] != "as_recorded":
        return document
    if classed[1] == "Aborted" and (cut := ABORTED.fullmatch(classed[2])):
        return {"code": "aborted", "arguments": {"text": cut[1], "reason": cut[2]}}
    code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", classed[1]).lower()
    return {"code": code, "arguments": {"text": classed[2]}}


def error_text_of(data: Data) -> str:
    code, arguments = data["code"], data["arguments"]
    name = "".join(part.capitalize() for part in code.split("_"))
    if code == "ended_without_word":
        return LOST.format_map(arguments)
    if "reason" in arguments:
        return f"{name}: {arguments['text']} ({arguments['reason']})"
    if code == "as_recorded":
        return str(arguments["text"])
    return f"{name}: {arguments.get('text') or sentence_of(data)}"


def _recorded(sentence: str) -> Data:
    return {"code": "as_recorded", "arguments": {"text": sentence}}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, dict[str, int]], ...]:
    longest_first = sorted(SENTENCES, key=lambda each: -len(each[0]))  # one may be the beginning of another
    return tuple((_pattern(sentence), code, implied) for sentence, code, implied in longest_first)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = (
        re.escape(text) + (f"(?P<{name}>.+)" if name else "")
        for text, name, _spec, _conversion in Formatter().parse(template)
    )
    return re.compile("".join(pieces), re.DOTALL)


def _numbers(found: re.Match[str]) -> Data:
    return {name: int(text) for name, text in found.groupdict().items()}


def _argument(name: str, text: str) -> int | str | list[int]:
    if name == "kind":
        return KINDS.get(text, text)
    if name == "pages" and ", " in text:
        return [int(page) for page in text.split(", ")]
    if name in NUMBERS and (plain := text.replace(",", "")).isdecimal():
        return int(plain)
    return text


def _shown(value: int | str | list[int]) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return next((words for words, kind in KINDS.items() if kind == value), value)
