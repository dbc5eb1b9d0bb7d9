"""What an account of the server may not do, of all that the library and its clients do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redis.exceptions import NoPermissionError

from .library import LIBRARY

if TYPE_CHECKING:
    import redis

COMMAND = re.compile(r"'([^']+)'")
KEY = "limiter:rights"  # looks like one of the functions' own; nothing is read or written there


def missing_rights(connection: redis.Redis) -> tuple[str, ...]:
    """Commands that this account may not run, in capitals; loads the library where it is missing.

    Where it may not even load or call a function, the first such command is all that can be found out.
    """
    try:
        return tuple(word.decode() for word in LIBRARY.call(connection, "rights", (KEY,)))
    except NoPermissionError as error:
        named = COMMAND.search(str(error))
        return (named[1].replace("|", " ").upper() if named else str(error),)
