"""Access tokens: a person's own, and the one that a value belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from feedback.models import AccessToken, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


def is_in_force() -> Q:
    return Q(revoked_at=None, expires_at__gt=Now())


def token_by_value(value: str) -> AccessToken | None:
    """With its owner. None: there is none, it is over, or its owner's account is closed."""
    tokens = AccessToken.objects.filter(is_in_force(), owner__is_active=True).select_related("owner")
    return tokens.filter(token_hash=AccessToken.hash_of(value)).first()


def tokens_of(user: User) -> QuerySet[AccessToken]:
    """The newest first: those in force, and those that are over."""
    return user.access_tokens.order_by("-pk")


def token_of(user: User, token_id: UUID) -> AccessToken:
    """One's own. Raises AccessToken.DoesNotExist for anybody else's."""
    return user.access_tokens.get(pk=token_id)
