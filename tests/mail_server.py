"""A real mail server for tests that leaves nothing open behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from config.supervisor.ports import free_port
from feedback.development.simulator.serving.closing import stop_accepting
from tests.running import PATIENCE


class Talk(SMTP):
    """One connection, and whether it is over."""

    is_over = False

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.is_over = True


class MailServer(Controller):
    """Closes its connections when it stops, those that just begin or end too: aiosmtpd would not."""

    def __init__(self, handler: Any, port: int) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=port)
        self._talks: list[Talk] = []

    def factory(self) -> Talk:
        talk = Talk(self.handler, **self.SMTP_kwargs)
        self._talks.append(talk)
        return talk

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(PATIENCE)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        if isinstance(self.server, asyncio.Server):
            await stop_accepting(self.server)
        while left := [talk for talk in self._talks if not talk.is_over]:
            for talk in left:
                if talk.transport is not None:
                    talk.transport.close()
            await asyncio.sleep(0.01)


class Mailbox:
    """What a mail server got, and what it answers."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Message]] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        if self.answer.startswith("250"):
            self.mails.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        return self.answer


@contextmanager
def listening(mailbox: Mailbox) -> Iterator[MailServer]:
    """A server that keeps its mails there."""
    server = MailServer(mailbox, free_port(0))
    server.start()
    try:
        yield server
    finally:
        server.stop()
