"""The corpus's table for terminal and docs: by kind, what is alike, what is declared, what is not."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .comparing import ENOUGH, Compared
from .listing import KINDS, Listed

Results = Sequence[tuple[Listed, Compared]]
AIMS = {"docx": 0.85, "odt": 0.85, "pdf": 0.80}
_REFERENCES = {"docx": "pandoc", "odt": "pandoc", "pdf": "pdftotext"}
_INTRODUCTION = (
    "`make corpus SOURCE=folder` reads the public files of `benchmarks/corpus/list.tsv` and writes this "
    "page. The list was drawn before the first reading: from each repository up to a quota of a kind, in "
    "the order of the hashes of their paths, files of 1.5 KB to 4 MB in which the reference finds 50 to "
    "40,000 words. It holds hashes; the files are never committed. A file is alike where recall and "
    "precision of its words are both at least 0.95, after the differences that are declared: they are "
    "found in the file, in the reference or as labels in our text, and counted apart."
)


def shares(results: Results) -> dict[str, float]:
    """The share of each kind's files that are read alike."""
    return {
        kind: sum(result.is_alike for _, result in these) / len(these)
        for kind in KINDS
        if (these := _of(results, kind))
    }


def failing(results: Results) -> list[str]:
    """The aims that are not met, as sentences."""
    return [
        f"{kind}: {share:.1%} of the files are alike, the aim is {AIMS[kind]:.0%}"
        for kind, share in shares(results).items()
        if share < AIMS[kind]
    ]


def markdown(results: Results, explained: Mapping[str, str]) -> str:
    """The page."""
    return "\n".join(
        [
            "# Documents beside other programs", "", textwrap.fill(_INTRODUCTION, 118), "",
            "| kind | beside | files | alike | refused | recall ≥ 0.95 | precision ≥ 0.95 | words |",
            "|---|---|---|---|---|---|---|---|", *_kinds(results), "",
            "Words that differ as declared:", "", "| difference | docx | odt | pdf |", "|---|---|---|---|",
            *_differences(results), "", "Files that are not alike, and why:", "",
            "| file | recall | precision | why |", "|---|---|---|---|", *_misses(results, explained), "",
        ]
    )  # fmt: skip


def _kinds(results: Results) -> Iterator[str]:
    for kind in KINDS:
        these = [result for _, result in _of(results, kind)]
        if not these:
            continue
        alike = sum(each.is_alike for each in these)
        refused = sum(bool(each.error) for each in these)
        recall = sum(not each.error and each.recall >= ENOUGH for each in these)
        precision = sum(not each.error and each.precision >= ENOUGH for each in these)
        words = sum(each.words for each in these)
        share = f"{alike} ({alike / len(these):.1%})"
        cells = (f".{kind}", _REFERENCES[kind], len(these), share, refused, recall, precision, f"{words:,}")
        yield f"| {' | '.join(map(str, cells))} |"


def _differences(results: Results) -> Iterator[str]:
    totals = {kind: Counter[str]() for kind in KINDS}
    for each, result in results:
        totals[each.kind].update(result.declared)
    for name in sorted(set().union(*totals.values())):
        yield f"| {name} | " + " | ".join(f"{totals[kind][name]:,}" for kind in KINDS) + " |"


def _misses(results: Results, explained: Mapping[str, str]) -> Iterator[str]:
    for each, result in results:
        if not result.is_alike:
            numbers = "refused | refused" if result.error else f"{result.recall:.2f} | {result.precision:.2f}"
            why = explained.get(each.sha256[:8]) or result.error or "not yet explained"
            yield f"| `{each.sha256[:8]}` .{each.kind} | {numbers} | {why} |"


def _of(results: Results, kind: str) -> list[tuple[Listed, Compared]]:
    return [(each, result) for each, result in results if each.kind == kind]
