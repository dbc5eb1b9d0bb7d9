"""A connection that reaches public addresses alone: what an operator types, or a name's owner changes, must
not make this server speak to its own network.

The address is looked at where the connection has been made, before a byte is sent over it: a name that led
elsewhere a moment before gains nothing. Through a proxy of the environment the proxy decides.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, cast

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind IPv6 (RFC 6052)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(NewConnectionError):
    """The address is not a public one, and ALERTS_NETWORKS does not name it."""


def may_be_reached(words: str) -> bool:
    address = _within(ipaddress.ip_address(words.partition("%")[0]))
    if any(address in ipaddress.ip_network(network) for network in settings.ALERTS_NETWORKS):
        return True
    return address.is_global and not address.is_multicast


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _checked(connection: HTTPConnection, made: socket.socket) -> socket.socket:
    peer = str(made.getpeername()[0])
    if not may_be_reached(peer):
        made.close()
        raise Forbidden(connection, f"{connection.host} is {peer}, which is not a public address")
    return made


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


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
