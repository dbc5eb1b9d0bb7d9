from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel, WithJsonSchema

from feedback.models import Webhook, WebhookDelivery, WebhookEvent
from feedback.models.people.webhooks import SUBSCRIBABLE
from feedback.selectors.accounts.webhooks import token_is_over

from .base import Line, Moment

Subscribed = Annotated[
    WebhookEvent, WithJsonSchema({"type": "string", "enum": [event.value for event in SUBSCRIBABLE]})
]
DeliveryState = Annotated[
    WebhookDelivery.State, WithJsonSchema({"type": "string", "enum": list(WebhookDelivery.State.values)})
]
Problem = Annotated[
    WebhookDelivery.Problem, WithJsonSchema({"type": "string", "enum": list(WebhookDelivery.Problem.values)})
]
Url = Annotated[
    Line,
    Field(
        min_length=10,
        max_length=500,
        pattern=r"^https?://[^\s/@]+([/?#]\S*)?$",
        description="Of the receiver. What leads into a network that is not public is not reached.",
    ),
]


class WebhookIn(BaseModel):
    """A webhook as it shall be."""

    url: Url
    events: list[Subscribed] = Field(min_length=1, max_length=len(SUBSCRIBABLE))
    name: Line = Field("", max_length=100, description="What it is for.")


class NewWebhook(WebhookIn):
    course: UUID | None = Field(None, description="One that you teach. Null: your own documents.")


class ChangedWebhook(WebhookIn):
    enabled: bool = Field(True, description="False: it gets nothing until it is true again.")


class WebhookOut(Schema):
    """A webhook, without its secret."""

    id: UUID
    name: str
    url: str
    events: list[Subscribed]
    course: UUID | None
    enabled: bool
    disabled_because: Literal["owner", "operator", "gone", "failing", "token_ended"] | None = Field(
        description="Null: it is on. gone: its receiver answered 410. failing: nothing arrived for days."
    )
    disabled_at: Moment | None
    failing_since: Moment | None = Field(
        description="Since when nothing has arrived. Null: the last one did."
    )
    previous_secret_until: Moment | None = Field(description="Until then the secret before signs too.")
    created_at: Moment

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookOut":
        return cls(**_fields(webhook))


class WebhookWithSecret(WebhookOut):
    """A webhook with the secret that signs from now on. It is shown this once."""

    secret: str = Field(pattern="^whsec_")

    @classmethod
    def with_secret(cls, webhook: Webhook, secret: str) -> "WebhookWithSecret":
        return cls(secret=secret, **_fields(webhook))


def _fields(webhook: Webhook) -> dict[str, Any]:
    because = webhook.disabled_because or ("token_ended" if token_is_over(webhook) else None)
    return {
        "id": webhook.pk,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "course": webhook.course_id,
        "enabled": because is None,
        "disabled_because": because,
        "disabled_at": webhook.disabled_at,
        "failing_since": webhook.failing_since,
        "previous_secret_until": webhook.previous_until,
        "created_at": webhook.created_at,
    }


class DeliveryOut(Schema):
    """One message to a webhook, and what became of it."""

    id: UUID = Field(description="The `webhook-id` of each attempt.")
    event: WebhookEvent
    data: dict[str, Any] = Field(description="Ids and codes, as they are sent.")
    state: DeliveryState
    attempts: int = Field(description="Since it was written, or replayed.")
    created_at: Moment
    next_try_at: Moment | None = Field(description="Null: it has ended.")
    ended_at: Moment | None
    status: int | None = Field(description="HTTP, of the receiver's last answer. Null: there was none.")
    problem: Problem | None = Field(description="Why the last attempt failed, or why there was none.")

    @classmethod
    def of(cls, each: WebhookDelivery) -> "DeliveryOut":
        is_open = each.state in WebhookDelivery.OPEN
        return cls(
            id=each.pk, event=WebhookEvent(each.event), data=each.data,
            state=WebhookDelivery.State(each.state), attempts=each.attempts, created_at=each.created_at,
            next_try_at=each.next_try_at if is_open else None, ended_at=each.ended_at, status=each.status,
            problem=WebhookDelivery.Problem(each.problem) if each.problem else None,
        )  # fmt: skip


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next: str | None = Field(description="The cursor of older ones. Null: there are none.")
