from __future__ import annotations

import argparse
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback.operations.observe.metrics.exposition import page
from feedback.operations.observe.metrics.listening import server


class Command(BaseCommand):
    help = (
        "Print what /metrics says, or serve what this machine's processes counted.\n"
        "A machine that runs workers and no web server is read through --listen; what all machines share\n"
        "(the line, the breakers, the stages' depths) comes from a web server's /metrics alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--listen", type=_address, metavar="ADDRESS:PORT", help="serve until stopped, for Prometheus"
        )

    def handle(self, *args: Any, listen: tuple[str, int] | None = None, **options: Any) -> None:
        if listen is None:
            self.stdout.write(page()[0].decode(), ending="")
            return
        address, port = listen
        try:
            serving = server(address, port)
        except OSError as error:
            raise CommandError(f"{address}:{port} can't be listened on: {error}", returncode=1) from error
        self.stdout.write(f"Metrics of this machine at http://{address}:{serving.server_port}/metrics")
        self.stdout.flush()
        with suppress(KeyboardInterrupt), serving:
            serving.serve_forever()


def _address(words: str) -> tuple[str, int]:
    address, _, port = words.rpartition(":")
    if not address or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError("expected ADDRESS:PORT, as 127.0.0.1:9102")
    return address.strip("[]"), int(port)
