"""Graphs of the trials for docs/hosts.md: calls begun in each second, and calls a minute by workers.

SVG that reads in light and dark, with no script and nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 240, 44, 16, 36
STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#444}.bar{fill:#4269a5}.axis,.mark{stroke:#888}"
    ".mark{stroke-dasharray:4 3}@media(prefers-color-scheme:dark){text{fill:#ccc}.bar{fill:#8fb0e6}}</style>"
)


def seconds_of_a_failover(counts: Sequence[int], marks: Mapping[str, float]) -> str:
    """Calls begun in each second, and the moments of the cut and of the choice."""
    most = max(counts, default=1) or 1
    step = (WIDTH - LEFT - 8) / max(len(counts), 1)
    parts = [*_frame("calls begun in a second", most), *_ticks(len(counts), step)]
    parts += [_bar(LEFT + at * step, step, count / most) for at, count in enumerate(counts) if count]
    for words, second in marks.items():
        x = LEFT + second * step
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x + 4:.1f}" y="{TOP + 10}">{words}</text>')
    return _svg("Calls begun in each second around the loss of the store that leads", parts)


def calls_by_workers(rates: Sequence[float], quota: float) -> str:
    """Calls a minute with one worker, two and so on, and the quota above them."""
    most = max(quota, *rates) * 1.1
    step = (WIDTH - LEFT - 8) / len(rates)
    parts = list(_frame("calls a minute", round(most)))
    for at, rate in enumerate(rates):
        middle = LEFT + (at + 0.5) * step
        parts.append(_bar(middle - 30, 60, rate / most))
        y = _height(rate / most) - 5
        parts.append(f'<text x="{middle:.0f}" y="{y:.0f}" text-anchor="middle">{rate:.0f}</text>')
        parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 18}" text-anchor="middle">{at + 1}</text>')
    y = _height(quota / most)
    parts.append(f'<line class="mark" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
    parts.append(f'<text x="{LEFT + 4}" y="{y - 4:.1f}">the quota, {quota:.0f}</text>')
    parts.append(f'<text x="{WIDTH - 8}" y="{HEIGHT - 4}" text-anchor="end">workers of two slots</text>')
    return _svg("Calls a minute with one to four workers", parts)


def _height(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _bar(x: float, width: float, share: float) -> str:
    y = _height(share)
    return (
        f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{max(width - 1, 1):.1f}" '
        f'height="{HEIGHT - BOTTOM - y:.1f}"/>'
    )


def _frame(words: str, most: float) -> Iterator[str]:
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - 8}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}"/>'
    yield f'<text x="{LEFT - 6}" y="{TOP + 4}" text-anchor="end">{most:g}</text>'
    yield f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" text-anchor="end">0</text>'
    yield f'<text x="{LEFT}" y="{HEIGHT - 4}">{words}</text>'


def _ticks(length: int, step: float) -> Iterator[str]:
    for second in range(0, length, 10):
        yield f'<text x="{LEFT + second * step:.1f}" y="{HEIGHT - 20}">{second} s</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    return "\n".join([head, f"<title>{title}</title>", STYLE, *parts, "</svg>", ""])
