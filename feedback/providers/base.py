"""The interface between the pipeline and whatever writes the feedback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

# What goes in ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    description: str
    levels: tuple[str, ...] = ()  # from weakest to strongest


@dataclass(frozen=True, slots=True)
class Task:
    """The task that the writing is for. Empty strings where the student asked for just feedback."""

    title: str = ""
    instructions: str = ""
    audience: str = ""
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """One section to comment on. An unchanged section makes an unchanged request."""

    text: str
    heading_path: tuple[str, ...] = ()
    task: Task = field(default_factory=Task)


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """The whole document, for what only the whole shows."""

    title: str
    sections: tuple[tuple[str, str], ...]  # heading, text
    findings: tuple[str, ...]  # the messages already given on the sections
    task: Task = field(default_factory=Task)


Request = SectionRequest | SummaryRequest

# What comes out -------------------------------------------------------------------------------


class CommentKind(StrEnum):
    PRAISE = "praise"
    CLARITY = "clarity"
    STRUCTURE = "structure"
    STYLE = "style"
    ARGUMENT = "argument"
    EVIDENCE = "evidence"
    LANGUAGE = "language"


class Comment(BaseModel):
    """A remark on one passage, quoted word for word so that it can be anchored."""

    model_config = ConfigDict(extra="ignore")
    kind: CommentKind
    quote: str = Field(max_length=2000)
    message: str = Field(min_length=1, max_length=4000)
    suggestion: str = Field(default="", max_length=4000)
    criterion: str = Field(default="", max_length=200)


class CriterionLevel(BaseModel):
    """The level of the writing on one criterion, with the passage that shows it. Never a grade."""

    model_config = ConfigDict(extra="ignore")
    criterion: str = Field(max_length=200)
    level: str = Field(max_length=200)
    evidence: str = Field(default="", max_length=2000)
    justification: str = Field(default="", max_length=4000)


class FeedbackOutput(BaseModel):
    """The structured answer of a provider, for a section and for a whole document alike."""

    model_config = ConfigDict(extra="ignore")
    summary: str = Field(max_length=8000)
    strengths: list[str] = Field(default_factory=list, max_length=20)
    next_steps: list[str] = Field(default_factory=list, max_length=20)
    comments: list[Comment] = Field(default_factory=list, max_length=100)
    levels: list[CriterionLevel] = Field(default_factory=list, max_length=50)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The tokens that the provider will reserve for a request."""

    input_tokens: int
    max_tokens: int  # 0: nothing is held and nothing costs
    ceiling: int = 0  # what max_tokens may grow to where an answer was cut off; never the model's maximum
    output_class: str = ""  # what the answer's length goes by


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """The tokens that a call used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0  # of cache_write_tokens, those that stay for an hour
    tier: str = ""  # the service tier that served the call; empty: the provider did not say
    measured: bool = True  # False: the answer ended without figures, and these are an estimate


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One of the service's own limits as its answer reported it. None: not reported, or not a sane number."""

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None  # seconds until it is whole again, at most a day


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits that the service's answer reported."""

    requests: RateLimit | None = None
    tokens: RateLimit | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the call: its first event."""

    limits: RateLimits | None = None  # where the service reports them


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's JSON as the model writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The validated answer. Always the last event."""

    output: FeedbackOutput
    usage: TokenUsage
    model: str
    stop_reason: str = "end_turn"


Event = Accepted | Delta | Finished

# What goes wrong ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """An error in the service's own words, for operators to class where no rule does."""

    service: str  # bedrock, openai
    code: str  # the service's name for it, or a client exception's class
    status: int  # of HTTP; 0: none
    text: str


class ProviderError(Exception):
    """The feedback service could not answer."""

    transient = True  # worth another attempt
    cause = ""  # a code of providers/errors.toml; empty: the class says it all
    reply: Reply | None = None
    known = True  # False: no rule names this text, its code or status alone decided

    def __init__(
        self, message: str = "", *, retry_after: float = 0.0, usage: TokenUsage | None = None
    ) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.retry_after = retry_after  # seconds, as the provider asked; 0: it did not say
        self.usage = usage  # what a call that failed late had spent


class Throttled(ProviderError):
    """The feedback service asked us to slow down."""

    quota = ""  # "requests" or "tokens", where the service named it


class Exhausted(Throttled):
    """The feedback service's quota for the day is used up."""


class Unavailable(ProviderError):
    """The feedback service is not available."""


class TimedOut(ProviderError):
    """The feedback service took too long to answer."""


class Compiling(TimedOut):
    """The feedback service was still preparing the form of its answers."""


class Rejected(ProviderError):
    """The feedback service refused this request."""

    transient = False


class FieldRefused(Rejected):
    """The model does not take a setting that the request named."""

    def __init__(self, message: str = "", *, setting: str, usage: TokenUsage | None = None) -> None:
        super().__init__(message, usage=usage)
        self.setting = setting  # a code of providers/errors.toml


class AccountRefused(ProviderError):
    """The feedback service refuses this account, or can't be used as it is set up."""


class MalformedAnswer(ProviderError):
    """The feedback service's answer could not be read."""


class Truncated(ProviderError):
    """The answer was cut off at the longest that was allowed."""

    def __init__(self, message: str = "", *, usage: TokenUsage | None = None, room: int = 0) -> None:
        super().__init__(message, usage=usage)
        self.room = room  # the longest answer that the next attempt should allow


class Aborted(ProviderError):
    """The call was cut on our side: cancelled, or the worker stops."""


class Call:
    """One running call, seen from outside: how to cut it from another thread.

    A provider registers what wakes its blocked read (socket.shutdown); the deadline thread or a
    cancellation calls abort once, and the provider raises what fits.
    """

    def __init__(
        self, *, max_tokens: int = 0, tier: str = "", metadata: Mapping[str, str] | None = None
    ) -> None:
        self.max_tokens = max_tokens  # the longest answer; 0: the provider's own estimate
        self.tier = tier  # service tier; empty: the upstream's own
        self.metadata = metadata  # opaque ids that the provider's bill and logs shall name
        self._lock = threading.Lock()
        self._cut: Callable[[], None] | None = None
        self.aborted = False

    def on_abort(self, cut: Callable[[], None]) -> None:
        """Register what ends the read; runs at once where abort came first."""
        with self._lock:
            self._cut = cut
            run_now = self.aborted
        if run_now:
            cut()

    def abort(self) -> None:
        with self._lock:
            already, self.aborted = self.aborted, True
            cut = self._cut
        if cut is not None and not already:
            cut()


@runtime_checkable
class CompilesSchemas(Protocol):
    """A provider with a service that may compile the answer's schema, for minutes, before the first."""

    compiled_schema: str  # a digest of the schema and of how it is asked for; empty: nothing is compiled


class Provider(Protocol):
    """Writes feedback. Instances are shared by all threads of a worker."""

    name: str
    simulated: bool  # the page says so
    model: str  # its price and the lengths of its answers count
    version: str  # model and prompt: another version may answer the same request otherwise

    def estimate(self, request: Request) -> Estimate:
        """What a call for this request will hold. Needs no network."""

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        """Accepted, deltas, then Finished; raises ProviderError. Closing the iterator ends the call."""

    def close(self) -> None:
        """Give back pooled connections. Calls under way go on to their end, and another opens new ones."""
