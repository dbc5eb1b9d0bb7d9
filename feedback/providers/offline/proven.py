"""The rules that a student hears of: nine in ten of at least twenty judged remarks were right.

The judgements are benchmarks/quality/judgements.jsonl, and a test compares this list with them. All other
rules are off until enough of their remarks have been judged.
"""

from __future__ import annotations

PROVEN = frozenset(
    (
        "spelling",
        "grammar",
        "capital-letter",
        "claimed-evidence",
        "contraction",
        "informal-word",
        "long-sentence",
        "citation-not-listed",
        "citation-year",
        "reference-not-cited",
        "new-in-conclusion",
        "stray-sentence",
        "sweeping-claim",
        "quotation-without-source",
        "proof-claimed",
        "doubled-hedge",
        "change-without-figure",
        "number-contradicted",
        "number-not-listed",
    )
)
