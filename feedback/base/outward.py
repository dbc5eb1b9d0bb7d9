"""A connection that reaches public addresses alone: what an operator types, or a name's owner changes, must
not make this server speak to its own network.

The address that is looked at is the one that is connected to: a name that leads elsewhere a moment later
gains nothing. Through a proxy of the environment the proxy decides.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind IPv6 (RFC 6052)
ADDRESSES = 2  # of a name that are tried: it may have hundreds, none of which answers
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(NewConnectionError):
    """The address is not a public one, nor in a network that may be reached."""


def may_be_reached(words: str, networks: Sequence[str]) -> bool:
    """`networks`: of ours, that may be reached beside public addresses."""
    address = _within(ipaddress.ip_address(words.partition("%")[0]))
    if any(address in ipaddress.ip_network(network) for network in networks):
        return True
    return address.is_global and not address.is_multicast


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _connected(connection: HTTPConnection) -> socket.socket:
    """To the first addresses of a name alone, each looked at before a byte goes there."""
    host, port = connection.host, connection.port or connection.default_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NewConnectionError(connection, f"{host} has no address: {error}") from error
    failure: Exception = NewConnectionError(connection, f"{host} has no address")
    for *_kind, where in found[:ADDRESSES]:
        address = str(where[0])
        if not may_be_reached(address, _bounds.get().networks):
            raise Forbidden(connection, f"{host} is {address}, which is not a public address")
        try:
            return _kept(create_connection((address, port), connection.timeout))
        except TimeoutError as error:
            failure = ConnectTimeoutError(connection, f"{host} did not answer: {error}")
        except OSError as error:
            failure = NewConnectionError(connection, f"{host} was not reached: {error}")
    raise failure


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools = {"http": _PlainPool, "https": _SecurePool}
        cast(Any, self.poolmanager).pool_classes_by_scheme = pools


def session() -> requests.Session:
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made


@dataclass(frozen=True, slots=True)
class _Bounds:
    networks: Sequence[str] = ()
    held: list[socket.socket] | None = None


NO_BOUNDS = _Bounds()
_bounds: ContextVar[_Bounds] = ContextVar("bounds", default=NO_BOUNDS)


@contextmanager
def bounded(networks: Sequence[str], seconds: float) -> Iterator[None]:
    """What this thread may reach within, and that its connections are shut after so long, however busy they
    look.

    Time-outs alone begin anew with each byte: a receiver that sends one now and then would hold a thread for
    hours.
    """
    held: list[socket.socket] = []
    token = _bounds.set(_Bounds(networks, held))
    timer = threading.Timer(seconds, _shut, [held])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _bounds.reset(token)
        for each in held:
            each.close()


def _kept(made: socket.socket) -> socket.socket:
    """With a second descriptor, which goes on to mean the same connection once TLS has taken the first."""
    if (held := _bounds.get().held) is not None:
        held.append(made.dup())
    return made


def _shut(held: list[socket.socket]) -> None:
    for each in held:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
