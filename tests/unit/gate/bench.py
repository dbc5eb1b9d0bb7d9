"""A memory gate on a clock that the test sets: what the behaviour tests stand on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from limiter.gate import Admission, BreakerConfig, Outcome, Ticket, UpstreamConfig
from limiter.gate.memory import MemoryGate

U = "bedrock"


@dataclass
class Bench:
    now: float = 1_800_000_000.0
    chance: float = 0.0
    version: int = 0
    gate: MemoryGate = field(init=False)
    config: UpstreamConfig = field(default_factory=lambda: UpstreamConfig(U, 0))

    def __post_init__(self) -> None:
        self.gate = MemoryGate(lambda: self.now, lambda: self.chance)

    def configure(self, **changes: object) -> None:
        self.version += 1
        self.config = replace(self.config, version=self.version, **changes)  # type: ignore[arg-type]
        assert self.gate.configure(self.config)

    def breaker(self, **settings: object) -> None:
        self.configure(breaker=BreakerConfig(**settings))  # type: ignore[arg-type]

    def offer(self, *jobs: str, flow: str = "ann", front: bool = False, **fields: object) -> None:
        for job in jobs:
            self.gate.offer(U, Ticket(job, flow, **fields), front=front)  # type: ignore[arg-type]

    def admit(self, k: int = 1) -> Admission:
        return self.gate.admit(U, k)

    def jobs(self, k: int = 100) -> list[str]:
        return [lease.job for lease in self.admit(k).leases]

    def run(self, outcome: Outcome) -> None:
        """Admit one job and settle it at once."""
        (lease,) = self.admit().leases
        self.gate.settle(U, lease.id, outcome)
