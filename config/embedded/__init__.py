"""A real PostgreSQL and a real Valkey from wheels, for machines without them.

`layout` says where everything lies, `privileges` which account a server runs under, `postgres` and
`redis` start and stop one server each, `older` keeps a copy of what Redis 6.2 left, `session` shares both
among the processes of one checkout.
"""

from __future__ import annotations

from .errors import EmbeddedServerError
from .layout import Layout
from .older import copy_of, older_data
from .postgres import EmbeddedPostgres
from .redis import EmbeddedRedis
from .session import Session

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedRedis",
    "EmbeddedServerError",
    "Layout",
    "Session",
    "copy_of",
    "older_data",
]
