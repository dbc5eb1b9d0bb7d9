"""Errors of the app: what can go wrong with a piece of work, and what follows from it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from limiter.execution import ReportedError


class FeedbackError(Exception):
    """Something went wrong with your document."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _((type(self).__doc__ or "").strip()))


class Refused(FeedbackError):
    """This can't be accepted. Names the form's field that has to change."""

    def __init__(self, message: str, *, field: str = "text", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.retry_after = retry_after  # seconds; None: trying again changes nothing


class Undelivered(FeedbackError):
    """The message that it is done could not be sent."""

    retry_after = 300.0  # seconds: a mail server that is away comes back in minutes


class JobFailed(FeedbackError, ReportedError):
    """The job ended without result; raised last so that RQ's registries tell the same."""
