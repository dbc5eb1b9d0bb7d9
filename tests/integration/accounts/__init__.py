from __future__ import annotations

REFUSED = 3  # how a process ends whose code was not taken
