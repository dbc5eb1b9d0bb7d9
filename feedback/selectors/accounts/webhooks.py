"""Webhooks: a person's own, those that get the events of a document, and whether a message may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from feedback.models import AccessToken, Assignment, Membership, Webhook, WebhookDelivery, WebhookEvent
from feedback.selectors.accounts.access_tokens import is_in_force
from feedback.selectors.accounts.shares import share_of
from feedback.selectors.intake.visibility import feedback_visible

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from feedback.models import Document, User

Problem = WebhookDelivery.Problem
# Of a document under review its owner gets word when it is released, and that it failed or was cancelled.
OF_FEEDBACK = (WebhookEvent.COMPLETED, WebhookEvent.RELEASED, WebhookEvent.UPDATED)


def webhooks_of(user: User) -> QuerySet[Webhook]:
    """The newest first."""
    return user.webhooks.select_related("token", "course")


def webhook_of(user: User, webhook_id: UUID) -> Webhook:
    """One's own. Raises Webhook.DoesNotExist for anybody else's."""
    return webhooks_of(user).get(pk=webhook_id)


def token_is_over(webhook: Webhook) -> bool:
    """The token that made it was revoked, or has ended."""
    token = webhook.token
    return token is not None and (token.revoked_at is not None or token.expires_at <= timezone.now())


def deliveries_of(webhook: Webhook, *, state: str, before: UUID | None, count: int) -> list[WebhookDelivery]:
    """The newest first, and one more than asked for where there are more."""
    found = webhook.deliveries.order_by("-pk")
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found[: count + 1])


def subscribers(document: Document, event: WebhookEvent) -> QuerySet[Webhook]:
    """Those in force that get it: the owner's, and those of teachers of its course."""
    mine = Q(owner=document.owner_id, course=None)
    heard = mine
    if document.assignment_id is not None:
        teach = Membership.objects.filter(
            course=OuterRef("course"), user=OuterRef("owner"), role=Membership.Role.TEACHER
        )
        courses = Assignment.objects.filter(pk=document.assignment_id).values("course")
        taught = Q(Exists(teach), course__in=courses)
        is_hidden = event in OF_FEEDBACK and document.reviewed and not feedback_visible(document)
        heard = taught if is_hidden else mine | taught
    tokens = AccessToken.objects.filter(is_in_force(), pk=OuterRef("token"))
    return Webhook.objects.filter(
        heard, Q(token=None) | Exists(tokens), disabled_at=None, events__contains=[event.value]
    )


def why_not(delivery: WebhookDelivery) -> WebhookDelivery.Problem | None:
    """What keeps a message from being sent now, whatever was so when it was written. None: nothing does."""
    webhook, owner, document = delivery.webhook, delivery.webhook.owner, delivery.document
    if webhook.disabled_at is not None:
        return Problem.DISABLED
    if not owner.is_active:
        return Problem.CLOSED
    if token_is_over(webhook):
        return Problem.TOKEN
    if share_of(owner).suspended:
        return Problem.SUSPENDED
    if webhook.course_id is not None:
        teaches = Membership.objects.filter(
            course=webhook.course_id, user=owner, role=Membership.Role.TEACHER
        )
        return None if teaches.exists() else Problem.COURSE
    if document is not None and delivery.event in OF_FEEDBACK and not feedback_visible(document):
        return Problem.WITHDRAWN
    return None
