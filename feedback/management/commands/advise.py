from __future__ import annotations

import json
from typing import Annotated

import typer
from django.core.management.base import CommandError
from redis.exceptions import RedisError

from feedback.operations.advice import advise, measured, with_gains
from feedback.operations.advice.quota import quota_requests
from feedback.terminal.advise import advice_as_json, advice_as_text
from feedback.terminal.quota_request import requests_as_text
from limiter.operations.terminal import AWAY, AsJson, Verbs

Days = Annotated[float, typer.Option(min=0.01, max=366, help="How far back to look.")]
Replay = Annotated[bool, typer.Option("--replay/--no-replay", help="Try the changes on recorded traffic.")]
Quota = Annotated[bool, typer.Option("--quota-request", help="Write the request to AWS for more quota.")]


class Command(Verbs, pretty_exceptions_enable=False):
    def handle(
        self, days: Days = 7.0, replay: Replay = True, as_json_: AsJson = False, quota_request: Quota = False
    ) -> None:
        """Which profile fits, and what to change next, from what was measured.

        Looks at people at once, the queue, waits, throttled calls, outages, hosts and the use of the quota.

        It says the figure behind each word, and what a change will bring. Nothing is changed.

        Examples: advise; advise --days 30; advise --json; advise --quota-request --days 30

        Exit status 0: there is advice, "keep what you have" included. 1: a store cannot be reached.
        """
        try:
            if quota_request:
                self.stdout.write(requests_as_text(quota_requests(days)))
                return
            figures = measured(days)
        except RedisError as error:
            raise CommandError(f"Redis cannot be reached: {error}", returncode=AWAY) from error
        advice = advise(figures)
        if replay:
            advice = with_gains(advice, figures)
        if as_json_:
            self.stdout.write(json.dumps(advice_as_json(advice, figures), indent=2, default=str))
        else:
            self.stdout.write(advice_as_text(advice, figures, colour=self.stdout.isatty()))
