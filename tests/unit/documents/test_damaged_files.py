"""However a file is damaged or changed, reading it ends as text or as one of our errors."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.documents import DocumentError
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from tests.factories import documents as files
from tests.factories.documents import PlacedPdf, word_paragraph, word_run

SMALL = Limits(max_words=5_000, max_pages=20, max_entries=200)
LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
LETTER = "<m:r><m:t>a</m:t></m:r>"
EQUATION = f"<m:oMath><m:f><m:num>{LETTER}</m:num><m:den>{LETTER}</m:den></m:f></m:oMath>"
BODY = (
    word_paragraph(word_run("10"), word_run("5", '<w:vertAlign w:val="superscript"/>'), EQUATION)
    + word_paragraph(word_run("one"), properties=LIST)
    + word_paragraph('<w:r><w:sym w:font="Symbol" w:char="F06D"/></w:r>')
)
BODIES = {
    ".pdf": PlacedPdf().put(60, 90, "Bread", size=16).put(60, 120, "It was dear in 1788.").bytes(),
    ".docx": BODY.encode(),
    ".md": b"---\ntitle: Bread\n---\n# Bread\n\n10^5^[^1] <!-- c -->\n\n[^1]: Note.\n",
}
CODES = {"empty", "too_large", "wrong_type", "encrypted", "corrupt", "too_complex", "no_text", "garbled"}


def _file(suffix: str, inner: bytes) -> bytes:
    if suffix != ".docx":
        return inner
    return files.with_parts(
        files.word_body(""),
        {"word/document.xml": lambda xml: xml.replace(b"<w:body>", b"<w:body>" + inner)},
    )


@pytest.mark.parametrize("suffix", list(BODIES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_with_bytes_changed_ends_as_text_or_as_an_error_of_ours(
    suffix: str, data: st.DataObject
) -> None:
    inner = bytearray(BODIES[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(inner) - 1))
        inner[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        assert read(_file(suffix, bytes(inner)), suffix, SMALL).words > 0
    except DocumentError as error:
        assert error.code in CODES
