"""Words on files that could not be read, or not whole, for their student."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

# A code's words. Two: for one of it, and for more; braces hold the message's arguments.
WORDS: dict[str, str | tuple[str, str]] = {
    "unreadable": _("This document could not be read."),
    "empty": _("This document is empty: there is no text in it to give feedback on."),
    "too_large": _("This document is too large."),
    "wrong_type": _("This kind of file cannot be read. Please upload .docx, .odt, .pdf, .md or .txt."),
    "encrypted": _(
        "This document is protected by a password. Please remove the password and upload it again."
    ),
    "corrupt": _(
        "This file is damaged and cannot be opened. Please save or export it again and upload the new copy."
    ),
    "too_complex": _(
        "This file is built in a way that is too complex to read safely. Please copy its text "
        "into a new document and upload that, or paste the text."
    ),
    "no_text": _(
        "This PDF holds pictures of pages but no text, as a scan does. Please upload the document"
        " that it was made from, or run text recognition (OCR) on it first."
    ),
    "garbled": _(
        "The letters of this PDF cannot be read: its fonts do not say which letters they show, so"
        " copying text from it gives nonsense as well. Please upload the document that it was "
        "made from, or print it to a new PDF and run text recognition (OCR) on that."
    ),
    "reading_timed_out": _(
        "Reading this document took too long. Please copy its text into a new document and upload"
        " that, or paste the text."
    ),
    "reading_interrupted": _(
        "Reading this document was interrupted. Nothing seems to be wrong with it: please try again."
    ),
    "too_many_words": _(
        "This document has {words} words; at most {most} can be read. Please upload it in parts."
    ),
    "too_many_pages": _("This PDF has {pages} pages; at most {most} can be read."),
    "file_too_large": _(
        "This file is larger than {limit} MB. Pictures are the usual reason: please remove them, "
        "or upload the text as .docx or .txt."
    ),
    "empty_file": _("This file is empty (0 bytes). Please check that it was saved, and upload it again."),
    "rtf": _("This is an RTF document. Please open it and save it as .docx or .pdf, then upload that."),
    "old_office": _(
        "This is a document of an old Office version (.doc). Please open it and save it as .docx "
        "or .pdf, then upload that."
    ),
    "other_office": _(
        "This program's files cannot be read. Please save it as .docx or .pdf, then upload that."
    ),
    "picture_file": _(
        "This is a picture, whatever it is named. Please upload the document itself, or type its text."
    ),
    "lock": _(
        "This is not your document but the mark that it is open in Word or LibreOffice (its name "
        "begins with ~$ or .~lock). Please close the document there, and upload the file of the "
        "same name without that."
    ),
    "resource_fork": _(
        "This is not your document but what macOS keeps about it (its name begins with ._). "
        "Please upload the file of the same name without that beginning."
    ),
    "shortcut": _(
        "This is a shortcut: it says where your document is, and your text is not in it. Please "
        "open it and download the document itself (in Google Docs: File, Download, .docx), then "
        "upload that."
    ),
    "mail": _("This is an e-mail. Please save the document that is attached to it, and upload that."),
    "book": _("This is an e-book. Please upload the text as .docx, .odt, .pdf, .md or .txt."),
    "tex": _("This is the source of a TeX document. Please typeset it, and upload the PDF."),
    "unfinished": _("This download was not finished. Please download the document again, and upload that."),
    "dynamic_form": _(
        "This PDF is a form that only Adobe Reader can show. Please open it there, print it to a "
        "new PDF, and upload that."
    ),
    "apple_pages": _(
        "This is a Pages document. Please export it from Pages as Word (.docx) or PDF, then upload that."
    ),
    "spreadsheet": _("This is a spreadsheet. Please upload the text as .docx, .odt, .pdf, .md or .txt."),
    "slides": _("This is a set of slides. Please upload the text as .docx, .odt, .pdf, .md or .txt."),
    "archive": _("This is a zip archive. Please upload the document itself."),
    "web_page": _(
        "This is a web page that was saved, whatever it is named. If your document was behind it,"
        " please sign in there and download the document itself; else upload the text as .docx, "
        ".odt, .pdf, .md or .txt."
    ),
    "not_text": _("This is not a text file. Please upload .docx, .odt, .pdf, .md or .txt."),
    "not_what_it_is_named": _(
        "This file is named {ending}, but inside it is not {kind}. Please open it and save it as "
        ".docx or .pdf, then upload that."
    ),
    "misnamed": _("The file is named {ending}, but it is {kind} and was read as one."),
    "unnamed": _("The file is named without an ending, but it is {kind} and was read as one."),
    "guessed_encoding": _(
        "The file does not say how its characters are encoded; it was read as {encoding}. Please "
        "check accents."
    ),
    "invisible": (
        _("One invisible or control character was removed."),
        _("{number} invisible or control characters were removed."),
    ),
    "wordless_headings": (
        _("One heading without any words was left out."),
        _("{number} headings without any words were left out."),
    ),
    "unread_signs": (
        _("One sign could not be read; “\ufffd” stands in its place."),
        _("{number} signs could not be read; “\ufffd” stands in the place of each."),
    ),
    "unseen": (
        _(
            "One word that cannot be seen on the page (hidden, white, tiny or off the page) was "
            "left out; it is not part of the feedback."
        ),
        _(
            "{number} words that cannot be seen on the page (hidden, white, tiny or off the page)"
            " were left out; they are not part of the feedback."
        ),
    ),
    "placeholders": (
        _("One place of the template that was not filled in was left out."),
        _("{number} places of the template that were not filled in were left out."),
    ),
    "pictures": (
        _("This document holds a picture; text in it is not read and is not part of the feedback."),
        _("This document holds {number} pictures; text in them is not read and is not part of the feedback."),
    ),
    "charts": (
        _("A chart or drawing could not be read; it is not part of the feedback."),
        _("{number} charts or drawings could not be read; they are not part of the feedback."),
    ),
    "formulas": (
        _("An equation that is kept as a picture could not be read; it is not part of the feedback."),
        _(
            "{number} equations that are kept as pictures could not be read; they are not part of"
            " the feedback."
        ),
    ),
    "embedded": (
        _("A file inside this document was not read; it is not part of the feedback."),
        _("{number} files inside this document were not read; they are not part of the feedback."),
    ),
    "recognised": _(
        "The text of scanned pages was made by text recognition and may have mistakes that are "
        "not yours. Please check it."
    ),
    "turned": (
        _("One word that stands turned or aslant on its page was left out."),
        _("{number} words that stand turned or aslant on their page were left out."),
    ),
    "picture_page": _("Page {page} holds only a picture; the text in it could not be read."),
    "picture_pages": _("Pages {pages} hold only pictures; the text in them could not be read."),
    "more_picture_pages": _("Pages {pages} and more hold only pictures; the text in them could not be read."),
}
KINDS = {  # of a file, where an argument names one
    "docx": _("a Word document (.docx)"),
    "odt": _("an OpenDocument text (.odt)"),
    "pdf": _("a PDF"),
    "md": _("a Markdown text"),
    "txt": _("plain text"),
}
