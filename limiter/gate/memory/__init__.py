"""The gate in one process: the request manager, the reference for the Lua, the simulator's engine."""

from .gate import MemoryGate

__all__ = ["MemoryGate"]
