from __future__ import annotations

import hashlib
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.codes import codes
from limiter.models.ids import UUIDv7Field


class Scope(models.TextChoices):
    """What a token opens of what its owner may do."""

    READ = "read", _("Read documents, feedback, drafts, courses and the quota")
    WRITE = "write", _("Hand in, cancel, start again and delete documents; keep drafts")
    OPERATE = "operate", _("See the upstreams, for those who run this site")


class AccessToken(models.Model):
    """A key that lets a program act for its owner at the HTTP API, within its scopes and until its end."""

    id = UUIDv7Field()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField(max_length=100, help_text="What it is for, in its owner's words.")
    prefix = models.CharField(max_length=16, help_text="How its value begins: enough to know it by.")
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256; its owner alone has the value
    scopes = codes()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute. Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=["read", "write", "operate"]) & Q(scopes__len__gt=0),
                name="access_token_opens_something_known",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="access_token_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="access_token_has_a_name"),
        ]
        indexes: ClassVar = [
            # selectors.access_tokens.tokens_of: a person's own, newest first.
            models.Index(fields=["owner", "-id"], name="access_token_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash_of(value: str) -> str:
        return hashlib.sha256(value.encode()).hexdigest()
