"""As much of an HTTP/1.1 server as the simulator needs, on bare asyncio.

A framework would hide the connection, and resetting, stalling and cutting it is half of our job.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

LARGEST_BODY = 25 * 1024 * 1024  # Bedrock's own bound for a request
_ALWAYS_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, with no time to linger: close sends RST


class BadRequestError(Exception):
    """What arrived is not a request that this server reads."""


class HungUpError(Exception):
    """The client has closed the connection."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str  # without query, percent-decoded
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> object:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


class Connection:
    """One client's connection, which may carry many requests one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> Request | None:
        """The next request, or None where the client has no more."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise BadRequestError("The headers are too long.") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        method, path, headers = _parse_head(head)
        return Request(method, path, headers, await self._read_body(headers))

    async def _read_body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            raise BadRequestError("Chunked requests are not read here.")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            raise BadRequestError("The content length is not a number of bytes within the bound.")
        try:
            return await self._reader.readexactly(int(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            raise HungUpError from None

    async def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        await self._write(_head(status, {**headers, "content-length": str(len(body))}) + body)

    async def begin(self, headers: Mapping[str, str]) -> None:
        """Begin an answer of unknown length."""
        await self._write(_head(200, {**headers, "transfer-encoding": "chunked"}))

    async def piece(self, data: bytes) -> None:
        await self._write(b"%x\r\n%s\r\n" % (len(data), data))

    async def end(self) -> None:
        await self._write(b"0\r\n\r\n")

    async def _write(self, data: bytes) -> None:
        if self.gone:
            raise HungUpError
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            raise HungUpError from None

    @property
    def gone(self) -> bool:
        """Whether the client has hung up. Costs nothing: the event loop has noticed by itself."""
        return self._reader.at_eof() or self._writer.is_closing()

    def reset(self) -> None:
        """End the connection as a crashed host would."""
        if (sock := self._writer.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ALWAYS_RESET)
        self.abandon()

    def abandon(self) -> None:
        """End the connection at once; what has not left yet is dropped."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close once all that was written has left."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    try:
        method, target, _version = first.split(" ")
        pairs = [line.split(":", 1) for line in lines]
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
    except ValueError:
        raise BadRequestError("This is not HTTP/1.1.") from None
    return method, unquote(urlsplit(target).path), headers


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = (f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers.items()))
    return "\r\n".join((*lines, "", "")).encode("latin-1")
