from __future__ import annotations

REFUSED = 3  # exit status of a process with a code that was refused
