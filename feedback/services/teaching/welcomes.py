"""The mail that says to each member from a list how to sign in: sent once, by the housekeeper."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from feedback.base.mail import SECONDS, hand_over
from feedback.base.sending import NotSent, Uncertain
from feedback.models import Course, Membership, User, Welcome
from limiter.base.database_time import database_now

logger = logging.getLogger(__name__)

A_ROUND = 50  # mails
LOST_AFTER = timedelta(minutes=10)  # many times what one mail may take: its sender has ended


def are_possible() -> bool:
    """Whether a mail can say where to sign in."""
    return bool(settings.SITE_URL)


def send_due() -> int:
    """Send what is due, the oldest first; returns how many mails went."""
    members = Membership.objects.filter(user__is_active=True)
    members.filter(welcome=Welcome.SENDING, welcome_at__lt=Now() - LOST_AFTER).update(
        welcome=Welcome.UNCERTAIN, welcome_at=Now()
    )
    due = members.filter(welcome=Welcome.DUE).select_related("user", "course").order_by("welcome_at", "pk")
    sent = 0
    for member in due[:A_ROUND]:
        after = _send(member)
        sent += after == Welcome.SENT
        if after == Welcome.DUE:
            break  # the mail server is away: the next round tries again
    return sent


def again(member: Membership) -> bool:
    """Let the mail be sent once more. False: it is on its way already, or can't say where to sign in."""
    others = Membership.objects.filter(pk=member.pk).exclude(welcome__in=[Welcome.DUE, Welcome.SENDING])
    return are_possible() and bool(others.update(welcome=Welcome.DUE, welcome_at=database_now()))


def mail_to(user: User, course: Course) -> EmailMessage:
    """The mail, in the person's own language."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        is_new = user.last_login is None and not user.has_usable_password()
        needs_password = is_new and not settings.OIDC_ISSUER
        path = reverse("account_reset_password" if needs_password else "login")
        shown = {
            "name": user.name,
            "course": course.name,
            "provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
            "needs_password": needs_password,
            "address": str(settings.SITE_URL).rstrip("/") + path,
        }
        return EmailMessage(
            subject=_("You are in the course “%(course)s”") % {"course": " ".join(course.name.split())},
            body=render_to_string("mail/welcome.txt", shown),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=SECONDS),
        )


def _send(member: Membership) -> Welcome | None:
    """The state after one mail; None where another sender has it."""
    if not _move(member, Welcome.DUE, Welcome.SENDING):
        return None
    after = Welcome.SENT
    try:
        hand_over(mail_to(member.user, member.course))
    except NotSent as error:
        logger.warning("member %s got no mail: %s", member.pk, error)
        after = Welcome.REFUSED if error.permanent else Welcome.DUE
    except Uncertain as error:
        logger.warning("member %s may have got no mail: %s", member.pk, error)
        after = Welcome.UNCERTAIN
    _move(member, Welcome.SENDING, after)
    return after


def _move(member: Membership, before: Welcome, after: Welcome) -> bool:
    mine = Membership.objects.filter(pk=member.pk, welcome=before)
    return bool(mine.update(welcome=after, welcome_at=Now()))
