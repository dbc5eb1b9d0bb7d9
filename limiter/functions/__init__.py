"""One library of Redis functions: the gate, the limits and the breakers that all processes share.

`library` joins the modules under `lua/` and calls their functions, `layouts` declares the records that they
pack, `housekeeping` deletes libraries that no worker uses any more. docs/gate.md describes it.
"""

from __future__ import annotations

from .errors import translated
from .library import LIBRARY, Library

__all__ = ["LIBRARY", "Library", "translated"]
