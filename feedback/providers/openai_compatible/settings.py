"""Settings of the openai_compatible provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import urlsplit

from feedback.providers.models.generation import Generation

from ..prompting.budgets import OutputBudgets

LONGEST_ANSWER = ("max_tokens", "max_completion_tokens")
SETTINGS = ("temperature", "top_p", "reasoning_effort", "service_tier")
STRUCTURE = ("tools", "tool_choice", "response_format")
# What the provider writes into a request itself: an extra field of the same name would undo it.
OWN_FIELDS = {"model", "messages", "stream", "stream_options", "n", *LONGEST_ANSWER, *SETTINGS, *STRUCTURE}


@dataclass(frozen=True, slots=True)
class CompatibleSettings:
    """One server, one model. Times are seconds. The key itself is never part of the settings."""

    model: str  # as the server names it
    base_url: str  # up to what stands before /chat/completions, as a rule with /v1
    api_key_variable: str = ""  # the environment variable that holds the key
    api_key_file: str = ""  # ... or the file that does; neither: the server asks for none
    organisation: str = ""  # OpenAI's header for accounts with several
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # sent with each call
    longest_answer_field: str = "max_tokens"  # or max_completion_tokens, as OpenAI's newer models want it
    send_metadata: bool = False  # the call's opaque ids, where the server takes them (LiteLLM does)
    simulated: bool = False  # the server is the simulator, and pages must say so

    slots: int = 10  # calls in flight at once: how many connections are kept
    connect_timeout: float = 5.0
    read_timeout: float = 120.0  # between two pieces of an answer, and until the first
    total_timeout: float = 180.0  # from the request to the last piece

    generation: Generation = field(default_factory=Generation)
    budgets: OutputBudgets = field(default_factory=OutputBudgets)

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("An upstream with the chat-completions API needs a model.")
        _check_address(self.base_url)
        if self.api_key_variable and self.api_key_file:
            raise ValueError("The key is in an environment variable or in a file, not in both.")
        if any(name.lower() == "authorization" for name in self.headers):
            raise ValueError("The key belongs into an environment variable or a file, not among the headers.")
        if self.longest_answer_field not in LONGEST_ANSWER:
            raise ValueError(f"longest_answer_field must be one of {', '.join(LONGEST_ANSWER)}.")
        if self.slots < 1:
            raise ValueError(f"slots must be at least 1, not {self.slots}.")
        timeouts = (self.connect_timeout, self.read_timeout, self.total_timeout)
        if not all(isfinite(each) and each > 0 for each in timeouts):
            raise ValueError("Timeouts must be longer than 0 seconds.")
        _check_generation(self.generation)


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that don't match
        sound = False
    if not sound:
        raise ValueError("base_url must be an address that begins with http:// or https://.")
    if parts.username or parts.password:
        raise ValueError("base_url must hold no user name or password: rows and logs show it.")
    if parts.query or parts.fragment:
        raise ValueError("base_url must end with a path: no question mark, no hash.")


def _check_generation(generation: Generation) -> None:
    """What can't be sent is refused here: leaving it out in silence would undo somebody's decision."""
    if generation.guardrail:
        raise ValueError(
            "The chat-completions API has no field for a guardrail. Bedrock's own endpoint takes one in the "
            "headers X-Amzn-Bedrock-GuardrailIdentifier and X-Amzn-Bedrock-GuardrailVersion."
        )
    if generation.latency:
        raise ValueError("The chat-completions API has no field for latency.")
    if own := OWN_FIELDS & generation.extra_fields.keys():
        raise ValueError(f"extra_fields must not name what is set elsewhere: {', '.join(sorted(own))}.")
