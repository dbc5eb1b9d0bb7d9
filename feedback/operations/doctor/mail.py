"""The check of the mail server: whether it takes our mails. None is sent."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection

from .model import Finding, fail, ok, warn

SECONDS = 5
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def mail() -> Iterator[Finding]:
    if settings.EMAIL_BACKEND != SMTP:
        words = f"Mails go to {settings.EMAIL_BACKEND.split('.')[-2]}, not to people."
        advice = "Set EMAIL_URL=smtp+tls://user:password@host:587."
        yield warn("mail", words, advice) if settings.PRODUCTION else ok("mail", words)
        return
    yield _server()
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield warn(
            "mail",
            f"Mails come from {settings.DEFAULT_FROM_EMAIL}, which others refuse.",
            "Set DEFAULT_FROM_EMAIL to an address of your domain.",
        )


def _server() -> Finding:
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(timeout=SECONDS)
    try:
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        reply = str(error).splitlines()[0] if str(error) else type(error).__name__
        return fail("mail", f"{where} takes no mail: {reply}", "Correct EMAIL_URL, or start the mail server.")
    return ok("mail", f"{where} answers")
