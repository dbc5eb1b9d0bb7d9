"""Calls of the library by a connection: what the stores of limits, breakers and concurrency limits share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limiter.functions import LIBRARY, Library, translated

if TYPE_CHECKING:
    import redis
    import redis.asyncio

Call = tuple[str, tuple[str, ...], tuple[str | float, ...]]  # a function, its keys and arguments


class Calling:
    """Raises GateUnavailable where the server can't be reached or can't write.

    `patient` is the same server by a connection that may wait for an answer as long as `_sleep` lasts.
    """

    def __init__(
        self,
        connection: redis.Redis,
        patient: redis.Redis | None = None,
        *,
        library: Library = LIBRARY,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._connection = connection
        self._patient = patient or connection
        self._library = library

    def _run(self, call: Call) -> Any:
        with translated():
            return self._library.call(self._connection, *call)

    def _sleep(self, key: str, seconds: float) -> None:
        with translated():
            self._patient.blpop([key], timeout=seconds)


class AsyncCalling:
    """The same for asyncio, for the loop that its connections belong to."""

    def __init__(
        self,
        connection: redis.asyncio.Redis,
        patient: redis.asyncio.Redis | None = None,
        *,
        library: Library = LIBRARY,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._connection = connection
        self._patient = patient or connection
        self._library = library

    async def _run(self, call: Call) -> Any:
        with translated():
            return await self._library.acall(self._connection, *call)

    async def _sleep(self, key: str, seconds: float) -> None:
        with translated():
            await self._patient.blpop([key], timeout=seconds)
