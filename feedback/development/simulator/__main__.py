"""The simulator as a program: `python -m feedback.development.simulator --port 8777`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl
import sys

from pydantic import ValidationError

from .account.settings import SimulatorSettings
from .serving.hosting import READY
from .serving.server import Server


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = SimulatorSettings.model_validate_json(options.settings)
        if options.seed is not None:
            settings = settings.changed({"seed": options.seed})
    except ValidationError as error:
        sys.stderr.write(f"The settings are not valid: {error}\n")
        return 2
    try:
        asyncio.run(_serve(Server(settings, tls=_tls(options)), options.host, options.port))
    except OSError as error:
        sys.stderr.write(f"The simulator can't listen on {options.host}:{options.port}: {error}\n")
        return 1
    return 0


async def _serve(server: Server, host: str, port: int) -> None:
    task = asyncio.ensure_future(server.run(host, port, _announce))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


def _announce(url: str) -> None:
    sys.stdout.write(f"{READY}{url}\n")
    sys.stdout.flush()


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    return context


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="feedback.development.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--seed", type=int, help="of everything that happens by chance")
    parser.add_argument("--settings", default="{}", help="other settings, as JSON (docs/simulator.md)")
    parser.add_argument("--certificate", help="file with a certificate: listen with TLS")
    parser.add_argument("--key", help="file with the certificate's key, where it is another")
    return parser


if __name__ == "__main__":
    sys.exit(main())
