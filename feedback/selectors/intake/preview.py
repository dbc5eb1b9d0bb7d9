"""A draft as it will be handed in: its sections, and what they will ask of the provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback import documents as reader
from feedback.dispatch import requests, upstreams
from feedback.dispatch.fingerprint import fingerprint
from feedback.dispatch.flows import flow_of
from feedback.messages.model import Message
from feedback.models import Draft, User
from feedback.providers.base import Request, SectionRequest, SummaryRequest, Task
from feedback.selectors.accounts.usage import quota_renews_at
from feedback.selectors.intake.drafts import parsed_of, sections_of_draft
from feedback.selectors.intake.revisions import kept_since
from feedback.selectors.intake.visibility import before_it, reviewed_first
from feedback.selectors.work.expected import Expected, expected_start
from limiter.configuration.policies import FlowLimits
from limiter.selectors import flow_limits

OPENING_WORDS = 18


@dataclass(frozen=True, slots=True)
class PreviewSection:
    number: int
    start: int
    title: str
    own_title: str  # given by the student; empty: as its heading says
    words: int
    opening: str
    places: Sequence[reader.DivisionPoint]  # where it may be divided
    is_last: bool
    kept_since: int | None  # the draft that it keeps its feedback from; None: it is sent


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of handing in, before anything of it is done."""

    read_of: str  # which content was read
    words: int
    sections: Sequence[PreviewSection]
    requests: int  # that will be sent: one a section that changed, and one for the summary
    tokens: int  # that the provider will set aside for them, about
    start: Expected
    renews_at: datetime | None  # when their owner's quota of the day does; None: it is not used up
    warnings: Sequence[Message]
    problem: Message | None  # why it can't be read
    is_corrected: bool

    @property
    def kept(self) -> int:
        return sum(1 for section in self.sections if section.kept_since)


def preview_of(draft: Draft) -> Preview | None:
    """From what was read of it (services.outlines.read). None: nothing was read, as there is nothing."""
    if not draft.read_of:
        return None
    parsed = parsed_of(draft)
    upstream = upstreams.default_upstream()
    sections = sections_of_draft(draft, parsed)
    plan = _Plan(draft, sections)
    estimates = plan.estimates()
    limits = flow_limits(flow_of(draft.owner))
    titles = {start: str(title) for start, title in draft.cuts or ()}
    return Preview(
        read_of=draft.read_of,
        words=reader.words_in(parsed.text),
        sections=list(_sections(parsed, sections, titles, plan.kept)),
        requests=plan.requests,
        tokens=sum(estimates),
        start=expected_start(draft.owner, upstream, limits),
        renews_at=_renews_at(draft.owner, upstream, estimates, limits),
        warnings=parsed.warnings,
        problem=draft.read_problem,
        is_corrected=draft.cuts is not None,
    )


def _renews_at(owner: User, upstream: str, estimates: Sequence[int], limits: FlowLimits) -> datetime | None:
    """For the smallest of the requests."""
    if not estimates:
        return None
    return quota_renews_at(owner, upstream=upstream, tokens=min(estimates), limits=limits)


class _Plan:
    """The requests that the sections make, and those that are answered already."""

    def __init__(self, draft: Draft, sections: Sequence[reader.Section]) -> None:
        self._provider = upstreams.provider_for(upstreams.default_upstream())
        self._title = str(draft)
        self._task: Task = requests.task_of(draft.assignment)
        self._requests = [SectionRequest(each.text, each.heading_path, self._task) for each in sections]
        reviewed = reviewed_first(draft.assignment, draft.previous)
        answered = kept_since(before_it(draft.previous, reviewed=reviewed))
        self.kept: Mapping[int, int] = {
            section.start: answered[name]
            for section, request in zip(sections, self._requests, strict=True)
            if answered and (name := fingerprint(request, self._provider)) in answered
        }
        self._sent = [
            request
            for section, request in zip(sections, self._requests, strict=True)
            if section.start not in self.kept
        ]

    @property
    def requests(self) -> int:
        return len(self._sent) + bool(self._requests)

    def estimates(self) -> list[int]:
        """Input and the longest answer allowed, of each; the summary will be shown some comments more."""
        if not self._requests:
            return []
        parts = tuple((" > ".join(each.heading_path), each.text) for each in self._requests)
        asked: list[Request] = [*self._sent, SummaryRequest(self._title, parts, (), self._task)]
        estimates = map(self._provider.estimate, asked)
        return [each.input_tokens + each.max_tokens for each in estimates]


def _sections(
    parsed: reader.Parsed,
    sections: Sequence[reader.Section],
    titles: Mapping[int, str],
    kept: Mapping[int, int],
) -> Iterator[PreviewSection]:
    for number, section in enumerate(sections, 1):
        yield PreviewSection(
            number=number,
            start=section.start,
            title=section.title,
            own_title=titles.get(section.start, ""),
            words=reader.words_in(section.text),
            opening=" ".join(_body(section).split()[:OPENING_WORDS]),
            places=reader.division_points(parsed, section),
            is_last=number == len(sections),
            kept_since=kept.get(section.start),
        )


def _body(section: reader.Section) -> str:
    """Its text without the heading that it opens with, which stands above it."""
    first, _, rest = section.text.partition("\n")
    return rest if section.heading_path and first.strip() == section.heading_path[-1] else section.text
