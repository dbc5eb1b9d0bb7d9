"""Access tokens: made with their value shown once, used, and revoked."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import AccessToken, Scope, User
from feedback.selectors.accounts.access_tokens import is_in_force
from feedback.services.operations import audit
from limiter.base.database_time import database_now

MARK = "mrg_"  # what a value begins with: scanners of leaked secrets know it by that
SHOWN = len(MARK) + 8  # of its characters, which are no help in guessing the other 35
MOST = 20  # in force, of one person
LONGEST_DAYS = 365
SEEN_EVERY = timedelta(minutes=1)  # a busy token writes its row no more often


@transaction.atomic
def make_token(
    *, owner: User, name: str, scopes: Collection[str], days: int, by: str = "", reason: str = ""
) -> tuple[AccessToken, str]:
    """A token and its value, which nobody can read again. `by`: an operator's name; empty: its owner.

    Raises Refused for what can't be made.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # two at once: the second counts the first
    _check(owner, name.strip(), scopes, days)
    value = MARK + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        owner=owner,
        name=name.strip(),
        prefix=value[:SHOWN],
        token_hash=AccessToken.hash_of(value),
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=database_now() + timedelta(days=days),
    )
    _keep(token, "made", by, reason)
    return token, value


def _check(owner: User, name: str, scopes: Collection[str], days: int) -> None:
    if not name:
        raise Refused(_("Say what the token is for."), field="name")
    if not scopes or set(scopes) - set(Scope.values):
        raise Refused(_("Choose what the token may do."), field="scopes")
    if not 1 <= days <= LONGEST_DAYS:
        words = _("A token lasts from 1 to %(days)d days.")
        raise Refused(words % {"days": LONGEST_DAYS}, field="days")
    if owner.access_tokens.filter(is_in_force()).count() >= MOST:
        words = _("You have %(number)d tokens. Revoke one that you no longer need.")
        raise Refused(words % {"number": MOST}, field="name")


@transaction.atomic
def revoke_token(token: AccessToken, *, by: str = "", reason: str = "") -> bool:
    """End it for good. False: it was revoked before."""
    revoked = AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=database_now())
    if revoked:
        _keep(token, "revoked", by, reason)
    return bool(revoked)


def record_use(token: AccessToken) -> None:
    now = timezone.now()
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - SEEN_EVERY)
    if token.last_used_at is None or token.last_used_at < now - SEEN_EVERY:
        AccessToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


def _keep(token: AccessToken, what: str, by: str, reason: str) -> None:
    author = by or flows.flow_of(token.owner)
    after = {"name": token.name, "prefix": token.prefix, "scopes": token.scopes}
    audit.record(author=author, what=what, kind="access token", subject=token.pk, after=after, reason=reason)
