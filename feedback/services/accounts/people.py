"""People: what they may use of the upstreams, how they want their pages, which addresses are vouched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction

from feedback.dispatch import flows
from feedback.models import User
from feedback.models.people.users import PRIORITY_RANGE
from feedback.selectors.accounts.shares import Share, share_of, shares_of
from feedback.services.operations import audit
from limiter.services import set_flow_policy


@transaction.atomic
def set_share(
    *, user: User, changes: Mapping[str, Any], author: str, reason: str, before: Share | None = None
) -> bool:
    """Change a person's plan (None: the default one), priority or suspension; the next decision uses it.

    `before`: what they have, where the caller knows. Returns False where it was so already. Raises
    ValidationError, with nothing changed, for a priority out of range or a missing reason.
    """
    before = before or share_of(user)
    after = replace(before, **changes)
    low, high = PRIORITY_RANGE
    if not low <= after.priority <= high:
        raise ValidationError({"priority": f"Priority goes from {low} to {high}."})
    if after == before:
        return False
    set_flow_policy(flow=flows.flow_of(user), changes=_as_policy(before, after), author=author, reason=reason)
    User.objects.filter(pk=user.pk).update(plan=after.plan, priority=after.priority)
    user.plan, user.priority = after.plan, after.priority
    audit.record(
        author=author, what="changed", kind="user", subject=user.pk, reason=reason,
        **audit.difference(before.as_audited(), after.as_audited()),
    )  # fmt: skip
    return True


def _as_policy(before: Share, after: Share) -> dict[str, Any]:
    """Exceptions are touched only where the suspension changes."""
    policy: dict[str, Any] = {"plan": after.plan, "weight_factor": flows.weight_of(after.priority)}
    return policy | ({} if after.suspended == before.suspended else {"suspended": after.suspended})


@transaction.atomic
def set_shares(*, users: Sequence[User], changes: Mapping[str, Any], author: str, reason: str) -> int:
    """The same for many, all or none; returns how many it changed. Raises ValidationError as set_share."""
    shares = shares_of(users)
    return sum(
        set_share(user=user, changes=changes, author=author, reason=reason, before=shares[user.pk])
        for user in users
    )


def set_preferences(*, user: User, name: str, language: str, time_zone: str, theme: str) -> None:
    """Raises ValidationError for what there is not: the field's name says which."""
    user.name, user.language, user.time_zone, user.theme = name, language, time_zone, theme
    fields = ("name", "language", "time_zone", "theme")
    user.clean_fields(exclude={field.name for field in User._meta.fields} - set(fields))
    User.objects.filter(pk=user.pk).update(**{field: getattr(user, field) for field in fields})


def vouch_for_address(user: User) -> None:
    """An account that an operator or a class list made has no address on record to confirm: its maker
    vouches for it. A person that signs up alone has one from the start, and confirms it."""
    if not EmailAddress.objects.filter(user=user).exists():
        address = EmailAddress(user=user, email=user.email, primary=True, verified=True)
        EmailAddress.objects.bulk_create([address], ignore_conflicts=True)  # two first sign-ins at once
