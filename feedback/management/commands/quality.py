from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from feedback.development.quality.essays import essays
from feedback.development.quality.sampling import Sample, sample_of
from feedback.dispatch import upstreams
from feedback.providers.base import (
    Call,
    FeedbackOutput,
    Finished,
    Provider,
    ProviderError,
    Request,
    TokenUsage,
)
from feedback.selectors.upstreams.spending import price_of
from feedback.services.upstreams.spending import amount_of

TRIES = 3
LONGEST_WAIT = 60.0  # seconds before another attempt, whatever the service asks


class Command(BaseCommand):
    help = (
        "How good the feedback of one upstream's model is, on a sample of essays with planted flaws.\n"
        "It says what the calls may cost and makes none without --yes. They go one after the other, beside\n"
        "the gate: run it when no student waits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--upstream", default=upstreams.default_upstream(), help="the model's")
        parser.add_argument("--sample", type=int, default=20, help="sections of the essays (default: 20)")
        parser.add_argument("--yes", action="store_true", help="make the calls, at that cost")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["upstream"]
        found = essays("open")
        most = sum(bool(section.text) for essay in found for section in essay.sections)
        if not 1 <= options["sample"] <= most:
            raise CommandError(f"--sample is a number from 1 to {most}", returncode=2)
        try:
            provider = upstreams.provider_for(name)
        except LookupError as error:
            raise CommandError(str(error), returncode=2) from None
        sample = sample_of(found, options["sample"])
        self.stdout.write(_expected(name, provider, sample))
        if not options["yes"]:
            self.stdout.write("No call was made: --yes makes them.")
            return
        self._score(name, provider, sample)

    def _score(self, name: str, provider: Provider, sample: Sample) -> None:
        asking = _Asking(provider)
        try:
            for figure in sample.figures(asking):
                interval = f"{figure.low:6.1f} to {figure.high:6.1f}"
                self.stdout.write(
                    f"{figure.value:7.1f} {figure.unit} {interval}  {figure.name} ({figure.of})"
                )
        except ProviderError as error:
            words = (
                f"{name}: {error} {asking.calls} calls were answered. {_paid(name, provider, asking.usages)}"
            )
            raise CommandError(words, returncode=1) from None
        self.stdout.write(_paid(name, provider, asking.usages))


class _Asking:
    """One call after the other, each tried again where that may help; and what they used."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.usages: list[TokenUsage] = []

    @property
    def calls(self) -> int:
        return len(self.usages)

    def __call__(self, request: Request) -> FeedbackOutput:
        for tries_left in reversed(range(TRIES)):
            try:
                *_, last = self._provider.stream(request, Call())
            except ProviderError as error:
                if not (error.transient and tries_left):
                    raise
                time.sleep(min(error.retry_after or 1.0, LONGEST_WAIT))
                continue
            if isinstance(last, Finished):
                self.usages.append(last.usage)
                return last.output
        raise ProviderError("The answer did not end.")


def _expected(name: str, provider: Provider, sample: Sample) -> str:
    """The sentence on what the calls may cost, at most."""
    estimates = [provider.estimate(request) for request in sample.requests()]
    usages = [TokenUsage(input_tokens=each.input_tokens, output_tokens=each.max_tokens) for each in estimates]
    words = f"{len(sample.sections)} sections make {len(estimates)} calls of {name} ({provider.model}): "
    if not any(each.max_tokens for each in estimates):
        return f"{words}they cost nothing."
    used = sum(each.input_tokens for each in usages), sum(each.output_tokens for each in usages)
    tokens = f"about {used[0]:,} tokens of input and at most {used[1]:,} of output, "
    amount = _amount(name, provider, usages)
    if amount is None:
        return f"{words}{tokens}at a price that is not known here."
    return f"{words}{tokens}at most {amount:.2f} {settings.CURRENCY}."


def _paid(name: str, provider: Provider, usages: list[TokenUsage]) -> str:
    used = f"{sum(each.input_tokens for each in usages):,} and {sum(each.output_tokens for each in usages):,}"
    amount = _amount(name, provider, usages)
    cost = "" if amount is None else f": {amount:.2f} {settings.CURRENCY}"
    return f"Used {used} tokens of input and output{cost}."


def _amount(name: str, provider: Provider, usages: list[TokenUsage]) -> Decimal | None:
    price = price_of(provider.model, timezone.localdate(), upstreams.tier_of(name))
    return None if price is None else sum((amount_of(price, each) for each in usages), Decimal(0))
