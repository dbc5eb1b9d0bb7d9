"""A real PostgreSQL and a real Redis from wheels, for whoever has neither.

`layout` says where everything lies, `privileges` under whose account a server runs, `postgres` and
`redis` start and stop one server each, `session` shares both among the processes of one checkout.
"""

from __future__ import annotations

from .errors import EmbeddedServerError
from .layout import Layout
from .postgres import EmbeddedPostgres
from .redis import EmbeddedRedis
from .session import Session

__all__ = ["EmbeddedPostgres", "EmbeddedRedis", "EmbeddedServerError", "Layout", "Session"]
