"""botocore's connections, made to tell which call they carry.

botocore keeps a call's socket under client → endpoint → http_session → urllib3's pool → connection → sock,
and hands nothing out before the response's headers are there, which for a model is when it starts to
write. So we put connection classes of our own in the pool's place: they tell the call that is
running in their thread which socket carries it. `install` is the one place that reaches into
botocore; tests/integration/simulator hold it to what it promises, over HTTP and over TLS.
"""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)

from ..wire import Wire, current_wire


class _Carrier:
    """Mixed into a connection: says whom it carries from the moment that a request is out."""

    sock: Any
    _wire: Wire | None = None

    def getresponse(self) -> Any:
        if self._wire is not None:  # its call is over, or this connection would not have been free
            self._wire.release()
        self._wire = current_wire()
        if self._wire is not None:
            self._wire.attach(self.sock)
        return super().getresponse()  # type: ignore[misc]


class _HTTPConnection(_Carrier, AWSHTTPConnection):  # type: ignore[misc] # botocore's own mixin is untyped
    pass


class _HTTPSConnection(_Carrier, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _HTTPPool(AWSHTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(AWSHTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


def install(client: Any) -> None:
    """Make a boto3 client's connections tell which call they carry. Before its first request."""
    session = client._endpoint.http_session
    # The session shares this one dict with its pool managers, those of proxies included.
    session._pool_classes_by_scheme.update(http=_HTTPPool, https=_HTTPSPool)
