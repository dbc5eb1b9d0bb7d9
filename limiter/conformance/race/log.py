"""What happened in a race: one file that all write to, and the words of its lines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

TAKEN, GIVEN, SETTLED, EXPIRED = "taken", "given", "settled", "expired"
OVER = "over"


@dataclass(frozen=True, slots=True)
class Row:
    """A lease was taken by a contestant, is about to be given back, was settled, or ran out."""

    what: str
    contestant: str
    lease: str
    job: str = ""
    flow: str = ""
    moment: float = 0.0  # taken: by the gate's clock
    outcome: str = ""
    used: int = 0  # tokens
    reserved: int = 0
    applied: bool = False


class Log:
    """Lines are appended whole: their order in the file is the order in which they were written."""

    def __init__(self, folder: Path) -> None:
        self._file, self._over = folder / "log", folder / OVER
        self._file.touch()

    def add(self, row: Row) -> None:
        file = os.open(self._file, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, f"{json.dumps(asdict(row))}\n".encode())
        finally:
            os.close(file)

    def rows(self) -> Iterator[Row]:
        for line in self._file.read_text("utf-8").splitlines():
            yield Row(**json.loads(line))

    def end(self) -> None:
        self._over.touch()

    @property
    def is_over(self) -> bool:
        return self._over.exists()
