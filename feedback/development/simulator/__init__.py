"""A server that speaks the Bedrock Runtime protocol to an unmodified AWS client, for trials and tests.

`Simulator` runs one in a thread of this process, `SimulatorProcess` in a process of its own; from a
terminal it is `python -m feedback.development.simulator`. It knows nothing of Django.
"""

from __future__ import annotations

from .account.settings import SimulatorSettings
from .serving.control import SimulatorControl
from .serving.hosting import Simulator, SimulatorProcess

__all__ = ["Simulator", "SimulatorControl", "SimulatorProcess", "SimulatorSettings"]
