"""Giving the database's connection back before something that takes long."""

from __future__ import annotations

from django.db import close_old_connections, connection


def release_connection() -> None:
    """The pool is a handful for hundreds of calls. Within a transaction it is kept, as it must be."""
    if not connection.in_atomic_block:
        close_old_connections()
