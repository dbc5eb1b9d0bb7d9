"""`make quality`: how good a provider's feedback is, in figures.

Every option: `python -m feedback.development.quality --help`.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from feedback.development.quality import calibration, checkers, essay_scores, jfleg, peers, prose, report
from feedback.development.quality.asking import Recorded
from feedback.development.quality.essays import essays
from feedback.development.quality.figures import Figure
from feedback.providers.base import Provider
from feedback.providers.offline.mechanics import client
from feedback.providers.offline.mechanics.client import installed
from feedback.providers.offline.provider import OfflineProvider


def main() -> int:
    options = _options()
    client.START_SECONDS = client.ANSWER_SECONDS = 600.0  # a busy machine shall not change a figure
    if options.answers is not None and not options.answers.is_file():
        sys.stderr.write(f"{options.answers} is no file of recorded answers." + "\n")
        return 2
    provider: Provider = OfflineProvider()
    if options.answers is not None:
        provider = Recorded(options.answers)
    if options.levels is not None:
        return _levels(options.levels)
    missing = list(_missing(options.jfleg))
    figures = list(_figures(provider, options))
    for figure in figures:
        interval = f"{figure.low:6.1f} to {figure.high:6.1f}"
        sys.stdout.write(f"{figure.value:7.1f} {figure.unit:15} {interval}  {figure.name} ({figure.of:,})\n")
    for line in missing:
        sys.stdout.write(f"{line}\n")
    if options.answers is not None:
        return 0
    (report.ROOT / "docs" / "quality.md").write_text(report.markdown(provider.model, figures, missing))
    (report.ROOT / "docs" / "quality.html").write_text(report.page(provider.model, figures, missing))
    if options.accept:
        report.accept(figures, options.accept)
        return 0
    worse = report.worse(figures)
    for line in worse:
        sys.stderr.write(f"Worse than the baseline: {line}" + "\n")
    return 1 if worse else 0


def _levels(path: Path) -> int:
    """A line for each criterion of a table of levels."""
    try:
        for each in calibration.calibrated(path):
            sys.stdout.write(f"{each}\n")
    except (OSError, UnicodeDecodeError, calibration.UnusableTable) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m feedback.development.quality", description=__doc__)
    parser.add_argument("--answers", type=Path, help="recorded answers in place of the offline provider")
    parser.add_argument(
        "--jfleg", type=Path, default=jfleg.FOLDER, help="the folder of dev.src and dev.ref0 to 3"
    )
    parser.add_argument("--prose", type=Path, help="a folder of edited prose in place of the documentation")
    parser.add_argument("--levels", type=Path, help="a table of a teacher's and a provider's levels, alone")
    parser.add_argument("--accept", metavar="WHY", default="", help="take the figures as the baseline")
    return parser.parse_args()


def _missing(folder: Path) -> Iterator[str]:
    if not jfleg.sentences(folder):
        yield f"JFLEG is not in {folder.name}: mechanics are not measured."
    if not installed("en"):
        yield "The engine is not installed here: spelling and grammar are not checked."
    absent = [name for name in peers.PROGRAMS if name not in peers.installed(has_harper=False)]
    if absent:
        yield f"Not installed here, hence not measured: {' and '.join(absent)}."


def _figures(provider: Provider, options: argparse.Namespace) -> Iterator[Figure]:
    learners = jfleg.sentences(options.jfleg)
    edited = list(prose.sections(options.prose))
    if learners and options.answers is None:
        yield from jfleg.score("JFLEG, bare rules", checkers.bare, learners)
    if learners:
        yield from jfleg.score(
            "JFLEG, as delivered", functools.partial(checkers.delivered, provider), learners
        )
    for part in ("open", "varied", "frozen"):
        given = essay_scores.answers(provider, essays(part))
        yield from essay_scores.planted(f"{part} essays", given)
        if part == "open":
            yield from essay_scores.manner(provider, given)
    yield from essay_scores.false_alarms(provider, edited)
    yield from essay_scores.identity(provider, essays("open")[:5])
    if installed("en"):
        yield _processor([text for _, text in edited])
    if options.answers is None:
        texts = [text for _, text in edited]
        for name, asked in peers.installed(has_harper=installed("en")).items():
            yield from peers.scores(name, asked, learners, texts, essays("open"))


def _processor(texts: list[str]) -> Figure:
    """The engine's own time, loaded and once used, in this process."""
    from feedback.providers.offline.mechanics.checking import engine, english

    linter = engine()
    paragraphs = [paragraph for text in texts for paragraph in text.split("\n\n")]
    started = time.process_time()
    for paragraph in paragraphs:
        list(english(linter, paragraph[:2000]))
    words = sum(len(text.split()) for text in texts)
    seconds = 1000 * (time.process_time() - started) / words
    return Figure(
        "processor for 1,000 words of mechanics",
        seconds,
        seconds,
        0.5,
        words,
        higher_is_better=False,
        unit="s",
    )


if __name__ == "__main__":
    sys.exit(main())
