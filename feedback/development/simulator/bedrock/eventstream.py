"""The frames of application/vnd.amazon.eventstream.

    total length (4) | headers length (4) | CRC-32 of those 8 (4) | headers | payload | CRC-32 of all (4)

All numbers are big-endian; a header is name length (1), name, type (1, 7 = string), value length (2),
value. Source: Smithy's specification of the Amazon event stream; read back by botocore in the tests.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from zlib import crc32

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    packed = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 12 + len(packed) + len(payload) + 4, len(packed))
    message = b"".join((prelude, struct.pack("!I", crc32(prelude)), packed, payload))
    return message + struct.pack("!I", crc32(message))


def event(name: str, payload: object) -> bytes:
    return _message({":event-type": name, ":message-type": "event"}, payload)


def exception(name: str, message: str) -> bytes:
    """An error that ends a stream which had begun."""
    return _message({":exception-type": name, ":message-type": "exception"}, {"message": message})


def error(code: str, message: str) -> bytes:
    """One that the service model doesn't know in this stream."""
    return frame({":error-code": code, ":error-message": message, ":message-type": "error"}, b"")


def _message(headers: dict[str, str], payload: object) -> bytes:
    return frame({**headers, ":content-type": "application/json"}, json.dumps(payload).encode())


def _header(name: str, value: str) -> bytes:
    raw_name, raw_value = name.encode(), value.encode()
    return struct.pack(f"!B{len(raw_name)}sBH", len(raw_name), raw_name, _STRING, len(raw_value)) + raw_value
