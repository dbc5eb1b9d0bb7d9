"""The bench's report, for people (Markdown, HTML) and for the next run (the baseline)."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

from .figures import Figure

ROOT = Path(__file__).resolve().parents[3]
BASELINE = ROOT / "benchmarks" / "quality" / "baseline.json"
_INTRODUCTION = (
    "`make quality` prints these figures and writes this page and `quality.html`. Each has its 95 % "
    "interval, by bootstrap over sentences or sections, and the number of what was counted. A figure "
    "that leaves the interval of `benchmarks/quality/baseline.json` on the bad side ends it with status "
    "1; `make quality ACCEPT='why'` takes the new figures as the baseline and keeps the reason."
)
_NOTES = (
    "Which rules speak is decided by `benchmarks/quality/judgements.jsonl`: a rule needs twenty judged "
    "remarks of which nine in ten were right. JFLEG's verdicts are its annotators' (at most four words "
    "marked, two annotators changed something there, and a correction that is offered is one "
    "annotator's); the others were judged by the authors of the rules, one person's reading. Edited "
    "prose is this project's own documentation, whose terms of computing are harder on a speller than "
    "an essay's words, and the essays of `clean/`, which were written for this and edited. The "
    "essays of `frozen/` were written with the others and their remarks are only counted; those of `varied/` "
    "say the same kinds of flaw in other words, and what is missed in seven of the twelve is only counted. "
    "Peers are asked for the open essays; a mark of theirs counts for a flaw of any kind.",
    "No model was measured: none is configured here. Levels are not measured, because no papers marked "
    "by teachers are in the repository. `python -m feedback.development.quality --answers FILE` scores "
    "recorded answers; `manage.py quality --upstream NAME --sample 20` asks a model that is configured, "
    "after it has shown what that may cost.",
    "`--levels TABLE` sets a provider's levels beside a teacher's (columns `paper`, `criterion`, `teacher`, "
    "`provider`; 6 to 12 papers): agreement, bias, and for each criterion the line that mends it, as "
    "measured on held-out papers, or the advice to withhold. In the portal a teacher does the same for an "
    "assignment (teaching.md).",
)


def markdown(provider: str, figures: Sequence[Figure], missing: Sequence[str]) -> str:
    rows = [f"| {f.name} | {_value(f)} | {f.low:.1f} to {f.high:.1f} | {f.of:,} |" for f in figures]
    notes = [*_NOTES, *missing]
    return "\n".join(
        [
            "# Quality of the feedback", "", _wrapped(_INTRODUCTION), "", f"Provider: `{provider}`.", "",
            "| figure | value | interval | of |", "|---|---|---|---|", *rows, "",
            *(f"{_wrapped(note)}\n" for note in notes),
        ]
    )  # fmt: skip


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def page(provider: str, figures: Sequence[Figure], missing: Sequence[str]) -> str:
    rows = "\n".join(
        f"<tr><td>{html.escape(f.name)}</td><td>{_value(f)}</td>"
        f"<td>{f.low:.1f} to {f.high:.1f}</td><td>{f.of:,}</td></tr>"
        for f in figures
    )
    notes = "\n".join(f"<p>{html.escape(note)}</p>" for note in (*_NOTES, *missing))
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Quality of the feedback</title>\n'
        f"<h1>Quality of the feedback</h1>\n<p>Provider: {html.escape(provider)}.</p>\n"
        '<table><thead><tr><th scope="col">figure<th scope="col">value<th scope="col">interval'
        '<th scope="col">of'
        f"</tr></thead>\n<tbody>{rows}</tbody></table>\n{notes}\n</html>\n"
    )


def _value(figure: Figure) -> str:
    return f"{figure.value:.1f} {figure.unit}"


def worse(figures: Sequence[Figure], baseline: Path = BASELINE) -> list[str]:
    """A sentence for each figure that is outside the baseline's interval on the bad side."""
    if not baseline.exists():
        return []
    known = json.loads(baseline.read_text(encoding="utf-8"))["figures"]
    return [
        f"{f.name}: {_value(f)}, was {was['value']} ({was['low']} to {was['high']})"
        for f in figures
        if (was := known.get(f.name)) and f.worse_than(was["low"] - 0.05, was["high"] + 0.05)
    ]


def accept(figures: Sequence[Figure], why: str, baseline: Path = BASELINE) -> None:
    """The figures become the baseline, with the reason beside those before it."""
    before = json.loads(baseline.read_text(encoding="utf-8"))["reasons"] if baseline.exists() else []
    kept = {
        f.name: {"value": round(f.value, 1), "low": round(f.low, 1), "high": round(f.high, 1)}
        for f in figures
    }
    text = json.dumps({"reasons": [*before, why], "figures": kept}, indent=1, ensure_ascii=False)
    baseline.write_text(f"{text}\n", encoding="utf-8")
