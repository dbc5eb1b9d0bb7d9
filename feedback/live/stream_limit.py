"""The stream limit: how many event streams one person may hold open in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

PER_PERSON = 8  # browsers themselves allow six to a host without HTTP/2


class Seats:
    """Lives on one event loop, so nothing here is locked. Two requests that ask at once may both get
    the last seat: the cap keeps one person from taking all, and one more does no harm."""

    def __init__(self, per_person: int = PER_PERSON) -> None:
        self.per_person = per_person
        self._taken: Counter[str] = Counter()

    def of(self, person: str) -> int:
        return self._taken[person]

    def full(self, person: str) -> bool:
        return self.of(person) >= self.per_person

    @contextmanager
    def taken(self, person: str) -> Iterator[None]:
        self._taken[person] += 1
        try:
            yield
        finally:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]


seats = Seats()
