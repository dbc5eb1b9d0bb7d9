from __future__ import annotations

from typing import Any

from django.db import models
from uuid_utils.compat import uuid7


class UUIDv7Field(models.UUIDField):  # type: ignore[type-arg]  # not generic at run time
    """A primary key that sorts by time of creation (RFC 9562, version 7)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("default", uuid7)
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)
