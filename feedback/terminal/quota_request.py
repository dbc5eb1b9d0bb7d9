"""The text of a request for more quota, to be put into AWS's form. English, as the form is."""

from __future__ import annotations

from collections.abc import Iterable

from feedback.operations.advice.quota import QuotaRequest

from .output import span

NOTHING = "No calls to Bedrock were made in this time: there is nothing to ask with."
ENOUGH = """\
{name}: no request is needed. The busiest ten minutes handed in {handed_in} calls, which {requests} requests \
a minute take in; our limit is {rate}."""
WANTED = """\
Service: Amazon Bedrock, region {region}
Model: {model}
Quota: InvokeModel tokens per minute, to {tokens:,}
And: InvokeModel requests per minute, to {requests:,}

We give students feedback on their writing, one call for each section of a text. Work comes before \
deadlines, many people at once, and waits in a queue of ours that keeps within the quota.

Measured over the last {days}, {people} people:
- {calls} calls ended, {throttled:.1%} of them throttled
- {busiest} calls began in the busiest minute, within our limit of {rate}
- {handed_in} calls were handed in within the busiest ten minutes; {line} waited at most
- 1 of 20 waited for {wait} or more
- a call holds {held:,.0f} tokens: its input and the longest answer (max tokens is always set)

{handed_in} calls in ten minutes, and a fifth more, are {requests} requests a minute; times {held:,.0f} they \
are {tokens:,} tokens a minute."""


def requests_as_text(requests: Iterable[QuotaRequest]) -> str:
    return "\n\n".join(map(_text, requests)) or NOTHING


def _text(request: QuotaRequest) -> str:
    found, target = request.measured, request.target
    return (WANTED if request.is_needed else ENOUGH).format(
        name=found.name, region=target.region, model=target.model_id, calls=found.runs, people=request.people,
        rate="none" if found.rate is None else f"{found.rate:.0f} a minute", throttled=found.throttled,
        busiest=found.busiest_minute, handed_in=request.handed_in, line=found.longest_line,
        wait=span(found.wait_p95 or 0.0), days=span(86_400 * request.days), held=request.tokens_a_call,
        requests=request.requests_a_minute, tokens=request.tokens_a_minute,
    )  # fmt: skip
