"""A sorted set with Redis's order: by score, then by member."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator


class Ordered:
    """Members by score. Adding and discarding move memory, never compare more than log n entries."""

    __slots__ = ("_entries", "_scores")

    def __init__(self) -> None:
        self._scores: dict[str, float] = {}
        self._entries: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, member: str) -> bool:
        return member in self._scores

    def __iter__(self) -> Iterator[str]:
        """Members from the least; a copy, so that the set may change meanwhile."""
        return iter([member for _, member in self._entries])

    def add(self, member: str, score: float) -> None:
        """Insert a member, or move it to another score."""
        if self._scores.get(member) == score:
            return
        self.discard(member)
        self._scores[member] = score
        insort(self._entries, (score, member))

    def discard(self, member: str) -> bool:
        score = self._scores.pop(member, None)
        if score is None:
            return False
        del self._entries[bisect_left(self._entries, (score, member))]
        return True

    def first(self) -> str | None:
        return self._entries[0][1] if self._entries else None

    def head(self, count: int) -> list[str]:
        return [member for _, member in self._entries[:count]]

    def least(self) -> float:
        """The lowest score; raises IndexError where the set is empty."""
        return self._entries[0][0]

    def rank(self, member: str) -> int:
        return bisect_left(self._entries, (self._scores[member], member))

    def up_to(self, score: float, count: int) -> list[str]:
        """The first `count` members with a score of at most `score`."""
        end = bisect_left(self._entries, (score, "\U0010ffff"))
        return [member for _, member in self._entries[: min(end, count)]]
