"""Real files for tests: what students hand in, what goes wrong with it, and what is meant to do harm."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import docx
import odfdo
from fpdf import FPDF
from fpdf.enums import AccessPermission, XPos, YPos
from PIL import Image

_SENTENCE = (
    "students often write about the causes of a war without naming the sources that support their claims "
    "and a reader who wants to follow the argument has to guess where each of the figures was found"
)
WORDS = _SENTENCE.split()

# A heading with its level, or a paragraph.
Part = tuple[int, str] | str

ESSAY: tuple[Part, ...] = (
    (1, "The Price of Bread"),
    (2, "Introduction"),
    "Bread was the largest part of a household's budget in 1788. When the harvest failed, its price doubled.",
    (2, "Methods"),
    "We compared the price lists of twelve parishes with their registers of births and burials.",
    (3, "Participants"),
    "The parishes were chosen because their registers are complete between 1780 and 1795.",
    (2, "Conclusion"),
    "A family that earned twenty sous a day could not buy its bread, and hunger turned into politics.",
)


def prose(words: int, *, sentence: int = 15) -> str:
    """A text of so many words, in sentences of so many."""
    out = [WORDS[index % len(WORDS)] for index in range(words)]
    for start in range(0, words, sentence):
        out[start] = out[start].capitalize()
        last = min(start + sentence, words) - 1
        out[last] += "."
    return " ".join(out)


# Word -----------------------------------------------------------------------------------------


def word(parts: Iterable[Part] = ESSAY) -> bytes:
    """A .docx with Word's own heading styles."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            document.add_heading(part[1], level=part[0])
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    """The bytes of a python-docx document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


Edit = bytes | Callable[[bytes], bytes]  # a part anew, or how to change it


def with_parts(original: bytes, edits: Mapping[str, Edit]) -> bytes:
    """The zip with parts replaced, edited by a function, or added."""
    with zipfile.ZipFile(io.BytesIO(original)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, edit in edits.items():
        parts[name] = edit(parts[name]) if callable(edit) else edit
    return archive(parts)


_OFFICE = "http://schemas.openxmlformats.org"
_WORD_NAMESPACES = (
    f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main" '
    f'xmlns:mc="{_OFFICE}/markup-compatibility/2006" '
    f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships" '
    f'xmlns:m="{_OFFICE}/officeDocument/2006/math" '
    f'xmlns:a="{_OFFICE}/drawingml/2006/main" '
    f'xmlns:wp="{_OFFICE}/drawingml/2006/wordprocessingDrawing" '
    f'xmlns:pic="{_OFFICE}/drawingml/2006/picture" '
    f'xmlns:dgm="{_OFFICE}/drawingml/2006/diagram" '
    f'xmlns:c="{_OFFICE}/drawingml/2006/chart" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


def without_part(original: bytes, name: str) -> bytes:
    """The zip without a part."""
    with zipfile.ZipFile(io.BytesIO(original)) as old:
        return archive({each: old.read(each) for each in old.namelist() if each != name})


def word_body(body: str, **parts: str) -> bytes:
    """A .docx with this body in WordprocessingML; footnotes="<w:footnote .../>" and the like go beside."""
    files: dict[str, bytes] = {
        "word/document.xml": f"<w:document {_WORD_NAMESPACES}><w:body>{body}</w:body></w:document>".encode()
    }
    for name, inner in parts.items():
        files[f"word/{name}.xml"] = f"<w:{name} {_WORD_NAMESPACES}>{inner}</w:{name}>".encode()
    return with_parts(_one_letter(), files)


@cache
def _one_letter() -> bytes:
    return word(["x"])


def word_with(body: str, beside: Mapping[str, bytes]) -> bytes:
    """A .docx with a body that names other parts: each is found under its file's name without ending."""
    relations = "".join(
        f'<Relationship Id="{name.rpartition("/")[2].partition(".")[0]}" Type="t" Target="{name}"/>'
        for name in beside
    )
    parts = {f"word/{name}": part for name, part in beside.items()}
    relationships = f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{relations}</Relationships>'
    return with_parts(word_body(body), {**parts, "word/_rels/document.xml.rels": relationships.encode()})


def word_run(text: str, properties: str = "") -> str:
    """A run of WordprocessingML."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def word_paragraph(*inner: str, properties: str = "") -> str:
    """A paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inner)}</w:p>"


# OpenDocument ---------------------------------------------------------------------------------


def opendocument(parts: Iterable[Part] = ESSAY) -> bytes:
    """An .odt with real headings."""
    document = odfdo.Document("text")
    document.body.clear()
    for part in parts:
        document.body.append(odfdo.Paragraph(part) if isinstance(part, str) else odfdo.Header(*part))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def opendocument_text(inner: str) -> bytes:
    """An .odt with this XML as its text."""
    return with_parts(opendocument(["x"]), {"content.xml": lambda content: _replace_text(content, inner)})


def _replace_text(content: bytes, inner: str) -> bytes:
    replaced, count = re.subn(
        r"(<office:text[^>]*?)(/>|>.*</office:text>)", r"\1>", content.decode(), flags=re.DOTALL
    )
    assert count == 1
    head, tail = replaced.split("</office:body>")
    return f"{head}{inner}</office:text></office:body>{tail}".encode()


# PDF ------------------------------------------------------------------------------------------

_SIZES = {1: 18, 2: 14, 3: 12}


class _Pdf(FPDF):
    def __init__(self, head: str = "", numbered: bool = False) -> None:
        super().__init__()
        self.head, self.numbered = head, numbered
        self.set_margin(25)
        self.set_auto_page_break(True, 30)
        self.add_page()

    def header(self) -> None:
        if self.head:
            self.set_font("Helvetica", "", 9)
            self.cell(0, 6, self.head, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self.ln(6)

    def footer(self) -> None:
        if self.numbered:
            self.set_y(-20)
            self.set_font("Helvetica", "", 9)
            self.cell(0, 6, f"Page {self.page_no()}", align="C")


def pdf(
    parts: Iterable[Part] = ESSAY, *, head: str = "", numbered: bool = False, user_password: str = "",
    owner_password: str = "",
) -> bytes:  # fmt: skip
    """A PDF with headings in larger bold type, on request with running heads, page numbers, passwords."""
    file = _Pdf(head, numbered)
    if user_password or owner_password:
        file.set_encryption(
            owner_password or user_password, user_password, permissions=AccessPermission.none()
        )
    for part in parts:
        if isinstance(part, str):
            file.set_font("Helvetica", "", 11)
            file.multi_cell(0, 5.5, part, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            file.ln(3)
        else:
            file.set_font("Helvetica", "B", _SIZES[part[0]])
            file.multi_cell(0, 9, part[1], align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(file.output())


def pdf_of_lines(lines: Sequence[str]) -> bytes:
    """A PDF that breaks its lines exactly here."""
    file = _Pdf()
    file.set_font("Helvetica", "", 11)
    for line in lines:
        file.cell(0, 5.5, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(file.output())


def scanned_pdf(text: str = "") -> bytes:
    """A PDF of one picture, as a scanner makes it; on request with a page of text after it."""
    file = _Pdf()
    file.image(Image.new("RGB", (300, 400), "white"), w=150)
    if text:
        file.add_page()
        file.set_font("Helvetica", "", 11)
        file.multi_cell(0, 5.5, text)
    return bytes(file.output())


def drawn_pdf() -> bytes:
    """A PDF with letters that are shapes, as some programs export them."""
    file = _Pdf()
    for number in range(500):
        file.line(20 + number % 100, 20 + number // 5, 22 + number % 100, 24 + number // 5)
    return bytes(file.output())


# Hostile --------------------------------------------------------------------------------------


def zip_bomb(megabytes: int = 100) -> bytes:
    """A .docx with a body that unpacks to so many megabytes from a thousandth of that."""
    filler = b"<w:t>" + b" " * (megabytes * 1024 * 1024) + b"</w:t>"
    return with_parts(word(["x"]), {"word/document.xml": lambda xml: xml.replace(b"<w:t>x</w:t>", filler)})


def lying_zip() -> bytes:
    """A .docx with a directory that declares a small part where a large one is."""
    bomb = bytearray(zip_bomb(20))
    name = b"word/document.xml"
    place = bomb.rindex(name)  # in the central directory, where the size stands 22 bytes before the name
    bomb[place - 22 : place - 18] = (1000).to_bytes(4, "little")
    return bytes(bomb)


def many_entries(count: int = 6_000) -> bytes:
    """A .docx with thousands of files inside."""
    return with_parts(word(), {f"word/media/{number}.bin": b"" for number in range(count)})


def entity_bomb() -> bytes:
    """A .docx that declares entities which multiply to a billion laughs."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e9;</d>'
    return with_parts(word(), {"word/document.xml": laughs.encode()})


def external_entity(path: str = "/etc/passwd") -> bytes:
    """A .docx that asks for a file of the server's."""
    request = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{path}">]><d>&x;</d>'
    return with_parts(word(), {"word/document.xml": request.encode()})


def deeply_nested(depth: int = 100_000) -> bytes:
    """A .docx of elements inside one another, far deeper than any stack."""
    return word_body("<w:ins>" * depth + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + "</w:ins>" * depth)


def pdf_bomb(megabytes: int = 150) -> bytes:
    """A PDF with a page that unpacks to so many megabytes."""
    content = zlib.compress(b" " * (megabytes * 1024 * 1024))
    return _raw_pdf(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content))


def endless_pdf(operations: int = 20_000_000) -> bytes:
    """A PDF that keeps a reader busy for longer than anybody waits, within the sizes that are allowed."""
    content = zlib.compress(b"BT /F1 12 Tf " + b"(a) Tj 1 0 0 1 9 9 Tm " * (operations // 8) + b"ET")
    return _raw_pdf(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content))


def _raw_pdf(stream: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        stream,
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def encrypted_word() -> bytes:
    """What Word writes for a document with a password: an OLE file around an encrypted package."""
    return OLE_HEADER + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\x7f" * 2048


def old_word() -> bytes:
    """The start of a .doc."""
    return OLE_HEADER + b"\0" * 504 + "WordDocument".encode("utf-16-le") + b"\x7f" * 2048


# PDFs of exact places -------------------------------------------------------------------------

Placed = tuple[float, float, str]  # points from the left and from the top, and what stands there


class PlacedPdf:
    """A PDF with each word exactly where it is put, in points from the upper left corner."""

    def __init__(self, *, landscape: bool = False) -> None:
        self.file = FPDF(unit="pt", orientation="landscape" if landscape else "portrait")
        self.file.set_auto_page_break(False)
        self.file.set_font("Helvetica", "", 11)
        self.file.add_page()

    def put(
        self, x: float, y: float, text: str, *, size: float = 11, style: str = "", font: str = "Helvetica",
        colour: tuple[int, int, int] = (0, 0, 0), mode: str = "FILL",
    ) -> PlacedPdf:  # fmt: skip
        """Write one line; mode is a name of fpdf's TextMode."""
        self.file.set_font(font, style, size)
        self.file.set_text_color(*colour)
        with self.file.local_context(text_mode=mode):
            self.file.text(x, y, text)
        return self

    def lines(
        self, x: float, y: float, lines: Iterable[str], *, leading: float = 15, size: float = 11
    ) -> PlacedPdf:
        """Write lines under one another."""
        for number, line in enumerate(lines):
            self.put(x, y + number * leading, line, size=size)
        return self

    def box(self, x: float, y: float, width: float, height: float, grey: int) -> PlacedPdf:
        """Fill a rectangle with a grey, from 0 for black to 255 for white."""
        self.file.set_fill_color(grey)
        self.file.rect(x, y, width, height, style="F")
        return self

    def picture(self, x: float, y: float, width: float, height: float) -> PlacedPdf:
        """A white picture."""
        self.file.image(Image.new("RGB", (30, 40), "white"), x, y, width, height)
        return self

    def page(self) -> PlacedPdf:
        """Begin another page."""
        self.file.add_page()
        return self

    def bytes(self) -> bytes:
        """The whole file."""
        return bytes(self.file.output())


def raw_pdf(
    content: str, *, resources: str = "", page: str = "", catalog: str = "", more: Sequence[str] = ()
) -> bytes:
    """A PDF of one page of exactly these instructions; object 5 and the following are more."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R {page} /Resources <<"
        f" /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> {resources} >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        *more,
    ]
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
