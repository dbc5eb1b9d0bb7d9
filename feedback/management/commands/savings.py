from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from feedback.selectors.upstreams.spending import spend_by_day
from feedback.selectors.upstreams.tuning import freed_since
from feedback.selectors.work.sharing import saved_by_day
from feedback.services.upstreams.tuning import learn


class Command(BaseCommand):
    help = (
        "What was saved, and what was spent.\n"
        "Calls that were shared, by day and course; quota that shorter answers freed, by class of answer;\n"
        "money, by day and upstream."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how far back (default: 7)")
        parser.add_argument("--learn", action="store_true", help="learn the lengths of answers now, first")
        parser.add_argument("--json", action="store_true", help="print data in place of words")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 366:
            raise CommandError("--days is a number from 1 to 366", returncode=2)
        if options["learn"]:
            learn()
        since = timezone.localdate() - timedelta(days=options["days"] - 1)
        if options["json"]:
            self.stdout.write(json.dumps(_data(since), indent=2, default=str))
            return
        for line in (*_shared(since), *_freed(options["days"]), *_spent(since)):
            self.stdout.write(line)


def _shared(since: date) -> Iterator[str]:
    saved = saved_by_day(since)
    yield f"Shared work: {sum(each.calls for each in saved)} calls saved"
    for each in saved:
        yield f"  {each.day}  {each.course or 'outside courses'}: {each.calls} calls, {each.tokens} tokens"


def _freed(days: int) -> Iterator[str]:
    freed = freed_since(timezone.now() - timedelta(days=days))
    yield f"Lengths of answers: {len(freed)} learnt"
    for each in freed:
        budget = each.budget
        yield (
            f"  {budget.model} {budget.output_class}: {budget.cold} -> {budget.max_tokens} "
            f"(version {budget.version}; of {budget.samples} answers half within {budget.median}, "
            f"99 % within {budget.high})"
        )
        yield (
            f"    {each.calls} calls held {each.freed} tokens less ({each.share:.0%}), "
            f"{each.truncated} were cut off"
        )


def _spent(since: date) -> Iterator[str]:
    spent = spend_by_day(since)
    yield f"Spent: {sum(each.amount for each in spent):.2f} {settings.CURRENCY}"
    for each in spent:
        yield f"  {each.day}  {each.upstream}: {each.amount:.4f} for {each.charges} runs"


def _data(since: date) -> dict[str, Any]:
    return {
        "since": since,
        "currency": settings.CURRENCY,
        "shared": [asdict(each) for each in saved_by_day(since)],
        "answer_lengths": [
            {
                "model": each.budget.model,
                "output_class": each.budget.output_class,
                "version": each.budget.version,
                "max_tokens": each.budget.max_tokens,
                "cold": each.budget.cold,
                "calls": each.calls,
                "freed": each.freed,
                "truncated": each.truncated,
            }
            for each in freed_since()
        ],
        "spent": [asdict(each) for each in spend_by_day(since)],
    }
