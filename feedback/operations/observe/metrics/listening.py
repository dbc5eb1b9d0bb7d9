"""The metrics of this machine's processes, served by a command where no web server runs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from .exposition import registry
from .readers import REFUSED, may_read

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class ServerOfIPv6(Server):
    address_family = socket.AF_INET6


class Quiet(WSGIRequestHandler):
    timeout = 30  # seconds: a client that says nothing holds no thread for ever

    def log_message(self, *_: Any) -> None:
        """Prometheus asks four times a minute."""


def server(address: str, port: int) -> WSGIServer:
    """Not yet serving. Raises OSError where the address can't be listened on."""
    kind = ServerOfIPv6 if ":" in address else Server
    return make_server(address, port, _guarded(make_wsgi_app(registry(shared=False))), kind, Quiet)


def _guarded(figures: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        authorization, address = environ.get("HTTP_AUTHORIZATION", ""), environ.get("REMOTE_ADDR", "")
        if may_read(authorization=authorization, address=address):
            return figures(environ, start)
        start("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [REFUSED.encode()]

    return application
