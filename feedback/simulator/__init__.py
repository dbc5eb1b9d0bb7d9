"""A server that speaks the Bedrock Runtime protocol to an unmodified AWS client, for trials and tests.

`Simulator` runs one in a thread of this process, `SimulatorProcess` in a process of its own; from a
terminal it is `python -m feedback.simulator`. It knows nothing of Django.
"""

from __future__ import annotations

from .control import SimulatorControl
from .hosting import Simulator, SimulatorProcess
from .settings import SimulatorSettings

__all__ = ["Simulator", "SimulatorControl", "SimulatorProcess", "SimulatorSettings"]
