"""Words to the owner of a webhook that was disabled by itself: a mail, once."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from feedback.base.mail import SECONDS, hand_over
from feedback.base.sending import NotSent, Uncertain
from feedback.models import Webhook

logger = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(days=5)  # in which nothing arrived
A_ROUND = 10  # mails


def tell_owners() -> int:
    """Of those that were disabled by themselves; returns how many mails went."""
    untold = Webhook.objects.filter(disabled_because__in=Webhook.BY_ITSELF, told_at=None)
    active = untold.filter(owner__is_active=True).select_related("owner").order_by("disabled_at")
    return sum(_tell(webhook) for webhook in active[:A_ROUND])


def _tell(webhook: Webhook) -> bool:
    """A process that dies in the middle has told nobody: the page and the API say it, too."""
    mine = Webhook.objects.filter(pk=webhook.pk, disabled_at=webhook.disabled_at)
    if not mine.filter(told_at=None).update(told_at=timezone.now()):
        return False
    try:
        hand_over(_mail(webhook))
    except NotSent as error:
        logger.warning("the owner of webhook %s was not told: %s", webhook.pk, error)
        if not error.permanent:
            mine.update(told_at=None)
        return False
    except Uncertain as error:
        logger.warning("the owner of webhook %s may not have been told: %s", webhook.pk, error)
        return False
    return True


def _mail(webhook: Webhook) -> EmailMessage:
    with translation.override(webhook.owner.language or settings.LANGUAGE_CODE):
        shown = {
            "name": webhook.owner.name,
            "place": webhook.place,
            "is_gone": webhook.disabled_because == Webhook.Disabled.GONE,
            "days": GIVEN_UP_AFTER.days,
            "key": webhook.pk,
        }
        return EmailMessage(
            subject=_("A webhook of yours was switched off"),
            body=render_to_string("mail/webhook.txt", shown),
            to=[webhook.owner.email],
            headers={"Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=SECONDS),
        )
