"""Where the embedded servers keep their data and their sockets, and how they are reached."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "marginalia"
ROLE = "marginalia"
PORT = 5432  # names the socket file; nothing listens on the network
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path, less the final NUL
LONGEST_SOCKET_NAME = len(f"/.s.PGSQL.{PORT}.lock")


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything follows from one folder, so that every process of a checkout comes to the same answer."""

    var: Path

    @property
    def postgres_data(self) -> Path:
        return self.var / "postgres"

    @property
    def postgres_log(self) -> Path:
        return self.var / "log" / "postgres.log"

    @property
    def redis_data(self) -> Path:
        return self.var / "redis"

    @property
    def redis_log(self) -> Path:
        return self.var / "log" / "redis.log"

    @property
    def sockets(self) -> Path:
        """A short folder under the system's temporary one: the checkout may lie too deep for a socket."""
        name = "marginalia-" + hashlib.sha256(bytes(self.var.resolve())).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / name
        if len(bytes(folder)) + LONGEST_SOCKET_NAME > SOCKET_PATH_LIMIT:
            folder = Path("/tmp") / name  # noqa: S108 - private: made 0700 and its owner is checked
        return folder

    def tidy(self) -> None:
        """Remove the folder of the sockets, unless one is in use."""
        with suppress(OSError):
            self.sockets.rmdir()

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def portal_address(self) -> Path:
        """Holds the portal's address for as long as `make run` serves it."""
        return self.var / "portal.url"

    @property
    def database_url(self) -> str:
        return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.redis_socket))}"
