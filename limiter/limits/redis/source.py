"""Scripts of a folder of their own, with the gate's pieces: one clock for all, which tests replace."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from limiter.gate.redis import loader


def beside(folder: Path) -> loader.Source:
    """Reads scripts from this folder, and from the gate's what is not in it."""

    @cache
    def read(name: str) -> str:
        own = folder / f"{name}.lua"
        return own.read_text(encoding="utf-8") if own.exists() else loader.read(name)

    return read


read = beside(Path(__file__).parent)
