"""Listens, and sends each request to the service or to the controls under /_sim/."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from contextlib import suppress

from pydantic import ValidationError

from feedback.development.simulator.account.modelled import ServiceError
from feedback.development.simulator.account.service import Service
from feedback.development.simulator.account.settings import SimulatorSettings

from . import instance
from .api import Reply
from .closing import stop_accepting
from .http import BadRequestError, Connection, HungUpError, Request
from .routes import failure, route

_BACKLOG = 1024  # hundreds of clients may come at once
_JSON = {"content-type": "application/json"}


class Server:
    """One listening socket. `run` serves until the task is cancelled, and then hangs up on everyone."""

    def __init__(self, settings: SimulatorSettings, *, tls: ssl.SSLContext | None = None) -> None:
        self.service = Service(settings)
        self._tls = tls
        self._open: dict[asyncio.Task[None], Connection] = {}

    async def run(self, host: str, port: int, ready: Callable[[str], None]) -> None:
        """Call `ready` with the address once it can be reached; port 0 takes a free one."""
        server = await asyncio.start_server(self._accept, host, port, ssl=self._tls, backlog=_BACKLOG)
        bound = server.sockets[0].getsockname()[1]
        try:
            ready(f"{'https' if self._tls else 'http'}://{host}:{bound}")
            await asyncio.get_running_loop().create_future()  # never done: only a cancellation ends it
        finally:
            await stop_accepting(server)
            await self._hang_up()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._open[task] = connection
        task.add_done_callback(self._open.pop)

    async def _hang_up(self) -> None:
        """End each connection, also where the client reads no answer: that one would outlive the loop."""
        while self._open:
            for task, connection in self._open.items():
                connection.abandon()
                task.cancel()
            await asyncio.wait(self._open)

    async def _serve(self, connection: Connection) -> None:
        try:
            while (request := await connection.read()) is not None:
                await self._answer(connection, request)
        except BadRequestError as error:
            with suppress(HungUpError):
                await connection.answer(400, _JSON, _json({"message": str(error)}))
        except (HungUpError, asyncio.CancelledError):
            pass  # the server or the client ends; nothing waits for this task
        finally:
            await connection.close()

    async def _answer(self, connection: Connection, request: Request) -> None:
        if request.path.startswith("/_sim/"):
            status, payload = self._control(request)
            await connection.answer(status, _JSON, _json(payload))
            return
        if request.path.startswith(instance.PREFIX):
            await instance.answer_metadata(connection, request, self.service.settings.instance)
            return
        await self.service.receive(connection)
        try:
            found = route(request, self.service)
        except ServiceError as error:
            self.service.stats.errors[error.name] += 1
            found = failure(request, error)
        if isinstance(found, Reply):
            await connection.answer(found.status, found.headers, found.body)
        else:
            await self.service.answer(connection, found)

    def _control(self, request: Request) -> tuple[int, object]:
        match request.method, request.path:
            case "GET", "/_sim/settings":
                return 200, self.service.settings.model_dump(mode="json")
            case "PUT", "/_sim/settings":
                return self._change(request)
            case "GET", "/_sim/stats":
                return 200, {**self.service.stats.as_dict(), "left": self.service.levels()}
            case "DELETE", "/_sim/stats":
                self.service.stats.forget()
                return 200, {}
            case _:
                return 404, {"message": "The controls are /_sim/settings and /_sim/stats."}

    def _change(self, request: Request) -> tuple[int, object]:
        try:
            changes = request.json()
            if not isinstance(changes, dict):
                return 400, {"message": "Settings are a JSON object."}
            self.service.change(self.service.settings.changed(changes))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "settings"
            return 400, {"message": f"{where}: {first['msg']}"}
        except ValueError:
            return 400, {"message": "The body is not JSON."}
        return 200, self.service.settings.model_dump(mode="json")


def _json(payload: object) -> bytes:
    return json.dumps(payload).encode()
