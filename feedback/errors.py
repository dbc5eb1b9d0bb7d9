"""Errors of the app: what can go wrong with a piece of work, and what follows from it."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from limiter.jobs.execution import ReportedError


class FeedbackError(Exception):
    """An error of the app. Its text is for the person who asked, in the language of the request."""

    words: ClassVar[str] = _("Something went wrong on our side.")  # where no text is given

    def __init__(self, message: str = "") -> None:
        super().__init__(message or gettext(self.words))


class Refused(FeedbackError):
    """Something can't be accepted; `field` is the form's that has to change."""

    def __init__(self, message: str, *, field: str = "text", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.retry_after = retry_after  # seconds; None: trying again changes nothing


class Undelivered(FeedbackError):
    """The message that it is done could not be sent."""

    retry_after = 300.0  # seconds: a mail server that is away comes back in minutes


class JobFailed(FeedbackError, ReportedError):
    """The job ended without result; raised last so that RQ's registries tell the same."""
