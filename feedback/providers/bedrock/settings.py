"""Settings of the bedrock provider."""

from __future__ import annotations

from dataclasses import dataclass, field

from feedback.providers.models.generation import Generation

from ..prompting.budgets import OutputBudgets


@dataclass(frozen=True, slots=True)
class BedrockSettings:
    """One endpoint, one model, one account. Times are seconds."""

    model: str  # a model id, or the id or ARN of an inference profile
    region: str
    endpoint_url: str | None = None  # None: the region's own endpoint
    access_key_id: str | None = None  # these and the two below None: the usual chain of AWS credentials
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    profile: str = ""  # of the machine's AWS configuration; empty: the default one
    role: str = ""  # ARN of a role to take on, with the credentials above; empty: none
    simulated: bool = False  # the endpoint is the simulator, and pages must say so

    slots: int = 10  # calls in flight at once: the size of the connection pool
    connect_timeout: float = 5.0
    read_timeout: float = 120.0  # between two pieces of an answer; tool input comes in bursts
    total_timeout: float = 180.0  # from the request to the last piece

    generation: Generation = field(default_factory=Generation)
    budgets: OutputBudgets = field(default_factory=OutputBudgets)

    def __post_init__(self) -> None:
        if not self.model or not self.region:
            raise ValueError("A Bedrock upstream needs a model and a region.")
        if self.slots < 1:
            raise ValueError(f"slots must be at least 1, not {self.slots}.")
        if min(self.connect_timeout, self.read_timeout, self.total_timeout) <= 0:
            raise ValueError("Bedrock timeouts must be longer than 0 seconds.")
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("An access key id and a secret access key come together or not at all.")
