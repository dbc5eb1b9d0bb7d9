"""Notices that a document is done: asked for by its owner, sent once."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from feedback.base.connections import release_connection
from feedback.base.mail import SECONDS, hand_over
from feedback.base.sending import NotSent, Uncertain
from feedback.errors import Undelivered
from feedback.models import Document, Notice

Channel, State = Notice.Channel, Notice.State


@transaction.atomic
def ask(document: Document, channel: Notice.Channel = Channel.EMAIL) -> bool:
    """Ask for a notice. False: it has ended, and there is nothing to wait for."""
    # The lock keeps the end of the document from passing between the look and the row.
    locked = Document.objects.select_for_update().get(pk=document.pk)
    if locked.ended:
        return False
    Notice.objects.get_or_create(document=locked, channel=channel, generation=locked.generation)
    return True


def withdraw(document: Document, channel: Notice.Channel = Channel.EMAIL) -> bool:
    """Want it no longer. False: it was not wanted, or is on its way."""
    wanted = document.notices.filter(channel=channel, generation=document.generation, state=State.WANTED)
    return bool(wanted.delete()[0])


def send_wanted(document: Document) -> int:
    """Send what is wanted; returns how many. Raises Undelivered where trying later may help."""
    for notice in document.notices.filter(state=State.SENDING, generation=document.generation):
        _move(notice, State.UNKNOWN, error="Its sender ended in the middle.")  # one job, one run: it is gone
    wanted = document.notices.filter(state=State.WANTED, generation=document.generation)
    return sum(_send(notice, document) for notice in wanted)


def give_up(document: Document) -> None:
    for notice in document.notices.filter(state=State.WANTED, generation=document.generation):
        Notice.objects.filter(pk=notice.pk, state=State.WANTED).update(state=State.FAILED)


def _send(notice: Notice, document: Document) -> bool:
    if not Notice.objects.filter(pk=notice.pk, state=State.WANTED).update(state=State.SENDING):
        return False
    mail = _mail(document)
    release_connection()  # for as long as the mail server takes
    try:
        hand_over(mail)
    except NotSent as error:
        _move(notice, State.FAILED if error.permanent else State.WANTED, error=str(error)[:300])
        if error.permanent:
            return False
        raise Undelivered from error
    except Uncertain as error:
        return _move(notice, State.UNKNOWN, error=str(error)[:300]) and False
    return _move(notice, State.SENT, sent_at=Now(), error="")


def _move(notice: Notice, after: Notice.State, **fields: object) -> bool:
    return bool(Notice.objects.filter(pk=notice.pk, state=State.SENDING).update(state=after, **fields))


def _mail(document: Document) -> EmailMessage:
    """It holds no word of the text or the feedback: mail lies open in many places."""
    with translation.override(document.owner.language or settings.LANGUAGE_CODE):
        return _written(document)


def _written(document: Document) -> EmailMessage:
    done = document.state == Document.State.COMPLETE
    subject = _("Your feedback is ready") if done else _("Your feedback could not be completed")
    site = str(settings.SITE_URL).rstrip("/")
    address = site + reverse("document", args=[document.pk]) if site else ""
    body = render_to_string(
        "mail/done.txt", {"document": document, "done": done, "address": address, "name": document.owner.name}
    )
    return EmailMessage(
        subject=f"{subject}: {document.title}".replace("\n", " ").replace("\r", " "),
        body=body,
        to=[document.owner.email],
        headers={"Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=SECONDS),
    )
