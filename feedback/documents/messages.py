"""Messages about a document for its student, in English as they are kept; a page translates them.

Braces hold what differs: figures, endings, names.
"""

from __future__ import annotations

TOO_MANY_WORDS = "This document has {words} words; at most {most} can be read. Please upload it in parts."
TOO_MANY_PAGES = "This PDF has {pages} pages; at most {most} can be read."
TOO_LARGE = (
    "This file is larger than {limit} MB. Pictures are the usual reason: "
    "please remove them, or upload the text as .docx or .txt."
)
EMPTY_FILE = "This file is empty (0 bytes). Please check that it was saved, and upload it again."

RTF = "This is an RTF document. Please open it and save it as .docx or .pdf, then upload that."
OLD_OFFICE = (
    "This is a document of an old Office version (.doc). "
    "Please open it and save it as .docx or .pdf, then upload that."
)
OTHER_OFFICE = "This program's files cannot be read. Please save it as .docx or .pdf, then upload that."
PICTURE = "This is a picture, whatever it is named. Please upload the document itself, or type its text."
LOCK = (
    "This is not your document but the mark that it is open in Word or LibreOffice (its name begins with "
    "~$ or .~lock). Please close the document there, and upload the file of the same name without that."
)
RESOURCE_FORK = (
    "This is not your document but what macOS keeps about it (its name begins with ._). "
    "Please upload the file of the same name without that beginning."
)
SHORTCUT = (
    "This is a shortcut: it says where your document is, and your text is not in it. Please open it and "
    "download the document itself (in Google Docs: File, Download, .docx), then upload that."
)
MAIL = "This is an e-mail. Please save the document that is attached to it, and upload that."
BOOK = "This is an e-book. Please upload the text as .docx, .odt, .pdf, .md or .txt."
TEX = "This is the source of a TeX document. Please typeset it, and upload the PDF."
UNFINISHED = "This download was not finished. Please download the document again, and upload that."
DYNAMIC_FORM = (
    "This PDF is a form that only Adobe Reader can show. "
    "Please open it there, print it to a new PDF, and upload that."
)
PAGES = "This is a Pages document. Please export it from Pages as Word (.docx) or PDF, then upload that."
SPREADSHEET = "This is a spreadsheet. Please upload the text as .docx, .odt, .pdf, .md or .txt."
SLIDES = "This is a set of slides. Please upload the text as .docx, .odt, .pdf, .md or .txt."
ARCHIVE = "This is a zip archive. Please upload the document itself."
WEB_PAGE = (
    "This is a web page that was saved, whatever it is named. If your document was behind it, please sign in "
    "there and download the document itself; else upload the text as .docx, .odt, .pdf, .md or .txt."
)
NOT_TEXT = "This is not a text file. Please upload .docx, .odt, .pdf, .md or .txt."
NOT_WHAT_IT_IS_NAMED = (
    "This file is named {ending}, but inside it is not {kind}. "
    "Please open it and save it as .docx or .pdf, then upload that."
)

MISNAMED = "The file is named {ending}, but it is {kind} and was read as one."
UNNAMED = "The file is named without an ending, but it is {kind} and was read as one."
WORD = "a Word document (.docx)"
OPEN_DOCUMENT = "an OpenDocument text (.odt)"
PDF = "a PDF"
MARKDOWN = "a Markdown text"
PLAIN = "plain text"

GUESSED_ENCODING = (
    "The file does not say how its characters are encoded; it was read as {encoding}. Please check accents."
)
ONE_INVISIBLE = "One invisible or control character was removed."
INVISIBLE = "{number} invisible or control characters were removed."
ONE_WORDLESS_HEADING = "One heading without any words was left out."
WORDLESS_HEADINGS = "{number} headings without any words were left out."
UNREAD_SIGN = "One sign could not be read; “\ufffd” stands in its place."
UNREAD_SIGNS = "{number} signs could not be read; “\ufffd” stands in the place of each."
ONE_UNSEEN = (
    "One word that cannot be seen on the page (hidden, white, tiny or off the page) was left out; "
    "it is not part of the feedback."
)
UNSEEN = (
    "{number} words that cannot be seen on the page (hidden, white, tiny or off the page) were left out; "
    "they are not part of the feedback."
)
ONE_PLACEHOLDER = "One place of the template that was not filled in was left out."
PLACEHOLDERS = "{number} places of the template that were not filled in were left out."
ONE_PICTURE = "This document holds a picture; text in it is not read and is not part of the feedback."
PICTURES = "This document holds {number} pictures; text in them is not read and is not part of the feedback."
ONE_CHART = "A chart or drawing could not be read; it is not part of the feedback."
CHARTS = "{number} charts or drawings could not be read; they are not part of the feedback."
ONE_FORMULA = "An equation that is kept as a picture could not be read; it is not part of the feedback."
FORMULAS = (
    "{number} equations that are kept as pictures could not be read; they are not part of the feedback."
)
ONE_EMBEDDED = "A file inside this document was not read; it is not part of the feedback."
EMBEDDED = "{number} files inside this document were not read; they are not part of the feedback."
RECOGNISED = (
    "The text of scanned pages was made by text recognition and may have mistakes that are not yours. "
    "Please check it."
)
ONE_TURNED = "One word that stands turned or aslant on its page was left out."
TURNED = "{number} words that stand turned or aslant on their page were left out."
PICTURE_PAGE = "Page {page} holds only a picture; the text in it could not be read."
PICTURE_PAGES = "Pages {pages} hold only pictures; the text in them could not be read."
MORE_PICTURE_PAGES = "Pages {pages} and more hold only pictures; the text in them could not be read."

OUTSIDE = "A section begins outside the text. Please reload the page and mark it again."
TWICE = "Two sections begin at the same place. Please remove one of the marks."
TOO_MANY_SECTIONS = "These are {number} sections; at most {most} are possible."
INSIDE_A_WORD = "A section begins in the middle of a word: “{around}”."
WORDLESS_SECTION = "Section {number} has no words in it. Please remove one of the marks around it."
LONG_SECTION = (
    "Section {number} has {words} words; at most {most} can be commented on at once. Please divide it."
)
LAST_SECTION = "This is the last section: nothing follows that it could be joined with."
DIVIDED_ALREADY = "A section begins there already."
NO_MORE_SECTIONS = "At most {most} sections are possible. Join some others first."
LONG_NAME = "A section's name has at most {most} characters; this one has {number}."
GONE = "This section is not there any more. Please look at the sections again."


def say(sentence: str, **parts: str | int) -> str:
    """A sentence with its parts in it."""
    return sentence.format_map({name: _shown(part) for name, part in parts.items()})


def _shown(part: str | int) -> str:
    return f"{part:,}" if isinstance(part, int) else part
