"""State machines of Hypothesis: each drives the reference and a backend's gate with the same steps."""

from __future__ import annotations

from ..pair import Pair
from .breaker import OneBreaker
from .everything import Everything
from .flow_queue import OneFlowQueue
from .limits import FewLimits

MACHINES: dict[str, type[Pair]] = {
    "everything": Everything,
    "limits": FewLimits,
    "breaker": OneBreaker,
    "flow queue": OneFlowQueue,
}
