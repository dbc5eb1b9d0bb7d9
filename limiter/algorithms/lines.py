"""The line of those that wait by name, in this process: what `lines.lua` is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field

PATIENCE = 5_000_000  # microseconds that a silent one keeps its place: it asks again every second
AT_ONCE = 100  # silent ones that one call takes out


@dataclass(slots=True)
class Line:
    """Ids in the order in which they came. One of which nothing is heard for a while has left."""

    ids: list[str] = field(default_factory=list)
    heard: dict[str, int] = field(default_factory=dict)  # by when each is given up

    def forget_silent(self, now: int) -> None:
        silent = sorted((until, id) for id, until in self.heard.items() if until <= now)
        for _, id in silent[:AT_ONCE]:
            self.leave(id)

    def ahead(self, id: str) -> int:
        """How many wait before this one, or before one that comes now."""
        return self.ids.index(id) if id in self.heard else len(self.ids)

    def join(self, id: str, now: int) -> None:
        """Stand in line, or be heard of again."""
        if id not in self.heard:
            self.ids.append(id)
        self.heard[id] = now + PATIENCE

    def leave(self, id: str) -> bool:
        if self.heard.pop(id, None) is None:
            return False
        self.ids.remove(id)
        return True
