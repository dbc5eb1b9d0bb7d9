"""The doctor: checks of everything that the system needs, with what to do where it is missing.

Each check looks at one dependency or setting and answers with findings. `examination` runs them all: what a
check can't reach is a finding too, never a traceback. They change nothing, and spend nothing unless asked to.
"""

from .examination import Check, checks, examine
from .model import Finding, Level

__all__ = ["Check", "Finding", "Level", "checks", "examine"]
