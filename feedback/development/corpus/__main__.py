"""`make corpus`: how well public documents are read, beside pandoc and pdftotext.

Every option: `python -m feedback.development.corpus --help`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import references, table
from .comparing import Compared, compare
from .listing import FOLDER, ROOT, Listed, clone, explained, gather, listed

AT_ONCE = 2  # files, each read by a process of its own


def main() -> int:
    options = _options()
    if absent := references.absent():
        sys.stderr.write(f"Not installed here: {', '.join(absent)} (Debian: pandoc, poppler-utils).\n")
        return 2
    files = listed()
    if options.clone:
        clone(files, options.source)
    if not options.source.is_dir():
        sys.stderr.write(f"{options.source} is no folder: --clone makes it of the public repositories.\n")
        return 2
    found = gather(files, options.source, FOLDER)
    if not found:
        sys.stderr.write(f"None of the {len(files)} listed files is in {options.source}.\n")
        return 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(zip(found, pool.map(_compare, found), strict=True))
    return _reported(results, len(files))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m feedback.development.corpus", description=__doc__)
    parser.add_argument(
        "source", type=Path, nargs="?", default=FOLDER,
        help="a folder of the files, or of clones named owner+name",
    )  # fmt: skip
    parser.add_argument("--clone", action="store_true", help="get the public repositories into the source")
    return parser.parse_args()


def _compare(each: Listed) -> Compared:
    path = FOLDER / each.name
    return compare(path, references.read(path))


def _reported(results: Sequence[tuple[Listed, Compared]], wanted: int) -> int:
    page = table.markdown(results, explained())
    sys.stdout.write(page)
    if len(results) < wanted:
        sys.stderr.write(f"{wanted - len(results)} of {wanted} listed files are not in the source.\n")
        return 1
    (ROOT / "docs" / "corpus.md").write_text(page, encoding="utf-8")
    failing = table.failing(results)
    for line in failing:
        sys.stderr.write(f"{line}\n")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
