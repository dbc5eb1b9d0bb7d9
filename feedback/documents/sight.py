"""The visibility of text: whether letters of one colour stand out from what is behind them."""

from __future__ import annotations

import re

PAPER = "FFFFFF"
LOWEST_CONTRAST = 1.1  # of letters that people can just find; real light grey text has 1.3 and more
_HEX = re.compile(r"[0-9A-F]{6}")


def is_lost_on(colour: str, ground: str | None) -> bool:
    """Whether letters of this colour (six hexadecimal digits, or "transparent") vanish on this ground.

    On a ground that is not known (None: a picture, a pattern) nothing counts as vanished.
    """
    if colour == "transparent":
        return True
    if ground is None or not _HEX.fullmatch(colour) or not _HEX.fullmatch(ground):
        return False
    return contrast(_parts(colour), _parts(ground)) < LOWEST_CONTRAST


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast of two colours, from 1 (none) to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def _luminance(colour: tuple[int, int, int]) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
