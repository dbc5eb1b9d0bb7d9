"""Columns of messages: a code with its arguments, or a list of them; words are made where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from feedback.messages.model import Message, message_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

CODE = r"^[a-z][a-z0-9_]*$"


class MessageField(models.JSONField):
    """One message, or null."""

    _pyi_private_set_type: Message | None
    _pyi_private_get_type: Message | None

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"null": True, "blank": True, "editable": False, **options})

    def get_prep_value(self, value: Any) -> Any:
        return value.as_data() if isinstance(value, Message) else super().get_prep_value(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        found = super().from_db_value(value, expression, connection)
        return message_of(found) if isinstance(found, dict) and "code" in found else found


class MessagesField(models.JSONField):
    """Some messages; null, as in the rows of an earlier release, means none."""

    _pyi_private_set_type: tuple[Message, ...]
    _pyi_private_get_type: tuple[Message, ...]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"null": True, "blank": True, "default": tuple, "editable": False, **options})

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        plain = [each.as_data() if isinstance(each, Message) else each for each in value]
        return super().get_prep_value(plain)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        found = super().from_db_value(value, expression, connection)
        return tuple(message_of(each) for each in found or ())


def is_message(field: str, *, name: str) -> models.CheckConstraint:
    """A column holds a code and its arguments, or nothing: no sentence."""
    whole = Q(**{f"{field}__code__regex": CODE, f"{field}__has_keys": ["code", "arguments"]})
    return models.CheckConstraint(condition=Q(**{f"{field}__isnull": True}) | whole, name=name)
