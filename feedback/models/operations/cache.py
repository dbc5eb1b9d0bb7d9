from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class CacheEntries(models.QuerySet["CacheEntry"]):
    def over(self) -> CacheEntries:
        """Entries that are not given out any more."""
        return self.filter(expires__lt=timezone.now())


class CacheEntry(models.Model):
    """A row of Django's cache: what all processes of a site shall remember for a while.

    The table that `createcachetable` would make, by a migration. Only feedback.base.cache writes it.
    """

    cache_key = models.TextField(primary_key=True)  # a token's issuer and id may be longer than 255
    value = models.TextField()
    expires = models.DateTimeField()

    objects = CacheEntries.as_manager()

    class Meta:
        verbose_name_plural = "cache entries"
        indexes: ClassVar = [
            # feedback.base.cache: what is over.
            models.Index(fields=["expires"], name="cache_entry_expires"),
        ]

    def __str__(self) -> str:
        return self.cache_key
