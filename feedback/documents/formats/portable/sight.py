"""The visible text of a PDF's page: not what is hidden, tiny, off the page, or of the paper's colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.documents.sight import PAPER, is_lost_on

from .page import Page, Shape, TextRun

_TINY = 3.0  # points
_NARROWEST, _FEW = 0.4, 3  # points a letter: pressed together; a run of few letters may be narrow ones
_SCANNED = 0.5  # share of a page that pictures cover: words laid over it are recognised ones


@dataclass(frozen=True, slots=True)
class Sight:
    """The runs of a page that are seen, the words that are not, and those that stand turned."""

    runs: list[TextRun]
    unseen: list[str]
    turned: list[str]
    is_recognised: bool = False  # its text was laid over a scan by text recognition


def look_at(page: Page) -> Sight:
    """What is seen of a page."""
    runs: list[TextRun] = []
    unseen: list[str] = []
    turned: list[str] = []
    is_scan = page.pictures >= _SCANNED
    for run in page.runs:
        if _is_unseen(run, page, is_scan):
            unseen.append(run.text)
        elif run.angle:
            turned.append(run.text)
        else:
            runs.append(run)
    is_recognised = any(run.look.invisible for run in runs)
    return Sight(runs, unseen, turned, is_recognised)


def _is_unseen(run: TextRun, page: Page, is_scan: bool) -> bool:
    look = run.look
    if look.invisible and not is_scan:
        return True
    if run.size < _TINY and len(run.text.strip()) > 1:
        return True
    if run.right < 0 or run.x > page.width or run.y > page.height or run.y < -run.size:
        return True
    if look.invisible:
        return False
    if len(run.text) > _FEW and abs(run.right - run.x) < _NARROWEST * len(run.text):
        return True
    return is_lost_on(look.colour, _behind(run, page.shapes)) or _is_covered(run, page.shapes)


def _behind(run: TextRun, shapes: Sequence[Shape]) -> str | None:
    """The colour of what was drawn last before a text where it stands; None: a picture."""
    x, y = (run.x + run.right) / 2, run.y + run.size / 4
    below = (shape for shape in shapes if shape.order < run.look.order and shape.covers(x, y))
    top = max(below, key=lambda shape: shape.order, default=None)
    return PAPER if top is None else top.colour


def _is_covered(run: TextRun, shapes: Sequence[Shape]) -> bool:
    """Whether something white was laid over a text."""
    middle = run.y + run.size / 4
    return any(
        shape.colour == PAPER and shape.order > run.look.order
        and shape.covers(run.x + 1, middle) and shape.covers(run.right - 1, middle)
        for shape in shapes
    )  # fmt: skip
