from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Query, Router, Status

from feedback.api.access import READ, WRITE, ApiRequest
from feedback.api.paging import Cursor, PageSize, cursor_at, key_at
from feedback.api.problems import Kind, Problem
from feedback.api.schemas.webhooks import (
    ChangedWebhook,
    DeliveryOut,
    DeliveryPage,
    DeliveryState,
    NewWebhook,
    WebhookOut,
    WebhookWithSecret,
)
from feedback.models import Webhook, WebhookDelivery
from feedback.selectors.accounts.webhooks import deliveries_of, webhook_of, webhooks_of
from feedback.services.webhooks import subscriptions

router = Router(tags=["webhooks"])


def _own(request: ApiRequest, webhook_id: UUID) -> Webhook:
    try:
        return webhook_of(request.auth.user, webhook_id)
    except Webhook.DoesNotExist:
        raise Http404("no such webhook of yours") from None


def _delivery(request: ApiRequest, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    try:
        return _own(request, webhook_id).deliveries.select_related("webhook__owner").get(pk=delivery_id)
    except WebhookDelivery.DoesNotExist:
        raise Http404("no such message") from None


@router.get(
    "webhooks", auth=READ, response=list[WebhookOut], url_name="webhooks", operation_id="listWebhooks"
)
def list_webhooks(request: ApiRequest) -> list[WebhookOut]:
    """Your webhooks, the newest first."""
    return [WebhookOut.of(each) for each in webhooks_of(request.auth.user)]


@router.post(
    "webhooks",
    auth=WRITE,
    response={201: WebhookWithSecret},
    url_name="webhooks",
    operation_id="makeWebhook",
)
def make_webhook(request: ApiRequest, response: HttpResponse, given: NewWebhook) -> Status[WebhookWithSecret]:
    """Have events of your documents sent to an address, or those of a course that you teach. The secret
    that signs is in this one answer. It ends with the token that made it."""
    made, secret = subscriptions.make(
        owner=request.auth.user,
        token=request.auth.token,
        url=given.url,
        events=given.events,
        name=given.name,
        course=given.course,
    )
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, WebhookWithSecret.with_secret(made, secret))


@router.get(
    "webhooks/{uuid:webhook_id}",
    auth=READ,
    response=WebhookOut,
    url_name="webhook",
    operation_id="readWebhook",
)
def read_webhook(request: ApiRequest, webhook_id: UUID) -> WebhookOut:
    """One webhook."""
    return WebhookOut.of(_own(request, webhook_id))


@router.put(
    "webhooks/{uuid:webhook_id}",
    auth=WRITE,
    response=WebhookOut,
    url_name="webhook",
    operation_id="changeWebhook",
)
def change_webhook(request: ApiRequest, webhook_id: UUID, given: ChangedWebhook) -> WebhookOut:
    """Change its events and its address, switch it off, or on again."""
    webhook = _own(request, webhook_id)
    subscriptions.change(webhook, **given.model_dump())
    return read_webhook(request, webhook_id)


@router.delete(
    "webhooks/{uuid:webhook_id}",
    auth=WRITE,
    response={204: None},
    url_name="webhook",
    operation_id="deleteWebhook",
)
def delete_webhook(request: ApiRequest, webhook_id: UUID) -> Status[None]:
    """Delete a webhook, with the log of its messages."""
    subscriptions.delete(_own(request, webhook_id))
    return Status(204, None)


@router.post(
    "webhooks/{uuid:webhook_id}/rotate",
    auth=WRITE,
    response=WebhookWithSecret,
    url_name="webhook-rotate",
    operation_id="rotateSecret",
)
def rotate_secret(request: ApiRequest, webhook_id: UUID) -> WebhookWithSecret:
    """Another secret, in this one answer. For a day the one before signs too."""
    secret = subscriptions.rotate(_own(request, webhook_id))
    return WebhookWithSecret.with_secret(_own(request, webhook_id), secret)


@router.post(
    "webhooks/{uuid:webhook_id}/test",
    auth=WRITE,
    response={202: DeliveryOut},
    url_name="webhook-test",
    operation_id="testWebhook",
)
def test_webhook(request: ApiRequest, webhook_id: UUID) -> Status[DeliveryOut]:
    """Send `webhook.test`, by the way of all messages. While one waits there is no second."""
    return Status(202, DeliveryOut.of(subscriptions.test(_own(request, webhook_id))))


@router.get(
    "webhooks/{uuid:webhook_id}/deliveries",
    auth=READ,
    response=DeliveryPage,
    url_name="webhook-deliveries",
    operation_id="listDeliveries",
)
def list_deliveries(
    request: ApiRequest,
    webhook_id: UUID,
    cursor: Cursor,
    limit: PageSize,
    state: Annotated[DeliveryState | None, Query(None)],
) -> DeliveryPage:
    """Its messages, the newest first, with what became of each message."""
    found = deliveries_of(_own(request, webhook_id), state=state or "", before=key_at(cursor), count=limit)
    items, more = found[:limit], len(found) > limit
    return DeliveryPage(
        items=[DeliveryOut.of(each) for each in items], next=cursor_at(items[-1].pk) if more else None
    )


@router.get(
    "webhooks/{uuid:webhook_id}/deliveries/{uuid:delivery_id}",
    auth=READ,
    response=DeliveryOut,
    url_name="webhook-delivery",
    operation_id="readDelivery",
)
def read_delivery(request: ApiRequest, webhook_id: UUID, delivery_id: UUID) -> DeliveryOut:
    """One message."""
    return DeliveryOut.of(_delivery(request, webhook_id, delivery_id))


@router.post(
    "webhooks/{uuid:webhook_id}/deliveries/{uuid:delivery_id}/replay",
    auth=WRITE,
    response={202: DeliveryOut},
    url_name="webhook-replay",
    operation_id="replayDelivery",
)
def replay_delivery(request: ApiRequest, webhook_id: UUID, delivery_id: UUID) -> Status[DeliveryOut]:
    """Send a message that has ended once more, under the same id."""
    if not subscriptions.replay(_delivery(request, webhook_id, delivery_id)):
        raise Problem(Kind.NOTHING_TO_DO, "It is on its way, or one that says the same is.")
    return Status(202, DeliveryOut.of(_delivery(request, webhook_id, delivery_id)))
