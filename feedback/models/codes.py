"""A list of short codes in one column; in a form, words with commas between them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


def codes(**more: Any) -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=200), default=list, blank=True, **more)
