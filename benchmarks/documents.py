"""What reading a long PDF costs: processor time of the limited child, for 100 pages.

    PYTHONPATH=. python benchmarks/documents.py [--pages 100]

The pages are made here: a heading and running prose in one column, and the same in two columns with a running
head, line by line across both. The aim is 3 s of processor for 100 pages.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys

from fpdf import FPDF

AIM = 3.0  # seconds of processor for 100 pages
SENTENCE = "The council closed the old centre to cars, and more people came on foot in the second year. "


def one_column(pages: int) -> bytes:
    pdf = FPDF()
    for number in range(1, pages + 1):
        pdf.add_page()
        _heading(pdf, number)
        for _ in range(4):
            pdf.multi_cell(0, 5, SENTENCE * 7, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)
    return bytes(pdf.output())


def two_columns(pages: int) -> bytes:
    pdf = FPDF()
    pdf.set_auto_page_break(auto=False)
    for number in range(1, pages + 1):
        pdf.add_page()
        _heading(pdf, number)
        for row in range(48):
            for left in (15, 110):
                pdf.text(left, 40 + 5 * row, SENTENCE[row % 20 :][:48])
        pdf.text(100, 290, str(number))
    return bytes(pdf.output())


def _heading(pdf: FPDF, number: int) -> None:
    pdf.set_font("Times", "B", 14)
    pdf.cell(0, 10, f"{number}. What page {number} is about", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Times", size=11)


def seconds_to_read(data: bytes) -> tuple[float, int]:
    """Processor time of the child, with its start, and the number of words."""
    from feedback.documents.parsing import parse

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = len(parse(data, "essay.pdf").text.split())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, words


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    pages = parser.parse_args().pages
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    slowest = 0.0
    for name, made in (("one column", one_column), ("two columns", two_columns)):
        seconds, words = seconds_to_read(made(pages))
        slowest = max(slowest, seconds * 100 / pages)
        sys.stdout.write(f"{name}: {pages} pages, {words:,} words, {seconds:.2f} s of processor\n")
    return 1 if slowest > AIM else 0


if __name__ == "__main__":
    sys.exit(main())
