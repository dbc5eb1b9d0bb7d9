"""Everything about the simulated service that can be changed while it runs. Times are simulated seconds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from feedback.development.simulator.writing.abilities import Abilities
from feedback.development.simulator.writing.dressing import Dress

from .modelled import ErrorName, StopReason, StreamErrorName
from .situations import Situation

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]


class Strict(BaseModel):
    """A misspelt setting is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Between(Strict):
    """A duration that varies from call to call, evenly between two bounds."""

    low: Seconds
    high: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g})")
        return self


class Latency(Strict):
    """The duration of a call: by its parts, or in total whatever its length."""

    first_token: Between = Between(low=0.4, high=1.2)
    per_output_token: Between = Between(low=0.010, high=0.025)
    total: Between | None = None


class Quota(Strict):
    """What one model may be used for in a minute and in a day, and how Bedrock counts it.

    Held at the start: input, cached input included, plus max_tokens × hold_multiplier. Settled at the
    end: input + cache writes + output × burndown, which may exceed the reservation. (User guide, "How
    tokens are counted in Amazon Bedrock"; burndown is 5 for newer Claude models.)
    """

    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    tokens_per_day: Annotated[float, Field(ge=0)] | None = None  # simulated days; 0: nothing at all
    burst_seconds: Annotated[float, Field(gt=0)] = 60.0  # how much of a quiet minute can be spent at once
    queues: bool = False  # beyond a minute's quota a call waits for its first token, unthrottled
    hold_multiplier: Annotated[float, Field(ge=0)] = 1.0
    burndown: Annotated[float, Field(ge=0)] = 5.0
    model_maximum: Annotated[int, Field(gt=0)] = 64_000  # max_tokens of a request that names none


class Outage(StrEnum):
    NONE = "none"
    UNAVAILABLE = "unavailable"  # ServiceUnavailableException, 503
    RESET = "reset"  # the connection is reset as soon as a request is read
    HANG = "hang"  # the request is read and nothing ever comes back


class Malformed(StrEnum):
    """Ways for an answer to be wrong that no status code tells."""

    TRUNCATED = "truncated"  # ends in the middle, stop reason max_tokens
    GARBAGE = "garbage"  # not JSON
    SCHEMA = "schema"  # JSON, but some comments have no message and an unknown kind
    BROKEN_QUOTE = "broken_quote"  # a quotation mark that should have been escaped
    CUT = "cut"  # the connection closes in the middle of the stream
    NO_USAGE = "no_usage"  # the metadata has no usage
    NO_METADATA = "no_metadata"  # nothing comes after the answer's end


class RetryAfterForm(StrEnum):
    """The two forms of the header that HTTP allows."""

    SECONDS = "seconds"
    DATE = "date"


class Instance(Strict):
    """The machine that clients run on, as its metadata service hands out credentials."""

    silent: bool = False  # nothing ever comes back, as where the service is a network hop too far away
    access_key: str = "SIMULATED"
    lifetime: Seconds = 21_600  # real


class SimulatorSettings(Strict):
    seed: int = 1
    speed: Annotated[float, Field(gt=0)] = 1.0  # 20: durations ÷ 20, rates × 20
    frame_seconds: Annotated[float, Field(gt=0)] = 0.1  # of real time, at least, between two pieces
    latency: Latency = Latency()
    slow_factor: Annotated[float, Field(gt=0)] = 1.0  # multiplies every duration
    quota: Quota = Quota()
    quotas: dict[str, Quota] = {}  # by model id, in place of quota
    outage: Outage = Outage.NONE
    outage_breaks_streams: bool = False  # an outage also ends the streams that had begun
    errors: dict[ErrorName, Share] = {}  # share of the requests answered so
    stream_errors: dict[StreamErrorName, Share] = {}  # share of the streams that end so
    situations: dict[Situation, Share] = {}  # share of the requests answered with these words
    model_situations: dict[str, Situation] = {}  # by model id: each of its requests
    words: dict[ErrorName | StreamErrorName, str] = {}  # in place of an error's usual ones
    malformed: dict[Malformed, Share] = {}
    stop_reasons: dict[StopReason, Share] = {}  # share of the answers that end so, and look like it
    dress: dict[Dress, Share] = {}  # share of the structured answers that come so
    gullible: bool = False  # answers do what the student's text orders
    retry_after: Annotated[int, Field(ge=0)] | None = None  # header of those errors, in real seconds
    retry_after_on: frozenset[ErrorName] = frozenset({ErrorName.THROTTLING})
    retry_after_form: RetryAfterForm = RetryAfterForm.SECONDS
    models: dict[str, Abilities] = {}  # by model id, or a pattern such as *opus-4-7*
    compile_seconds: Seconds = 0  # more for the first token where a schema is new, or not used for a day
    blocked_words: frozenset[str] = frozenset()  # a request with a guardrail that has one is stopped
    expired_keys: frozenset[str] = frozenset()  # access key ids, or API keys
    instance: Instance = Instance()
    clock_offset: float = 0  # real seconds by which the service's clock is ahead of the machine's
    denied_models: frozenset[str] = frozenset()  # AccessDeniedException
    unknown_models: frozenset[str] = frozenset()  # ResourceNotFoundException

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        for name in ("errors", "stream_errors", "situations", "malformed", "stop_reasons", "dress"):
            if (total := sum(getattr(self, name).values())) > 1:
                raise ValueError(f"the shares in {name} add up to {total:g}, which is more than 1")
        return self

    def changed(self, changes: dict[str, object]) -> SimulatorSettings:
        """These settings with some replaced, whole (a new quota is not merged into the old one)."""
        return SimulatorSettings.model_validate({**self.model_dump(), **changes})
