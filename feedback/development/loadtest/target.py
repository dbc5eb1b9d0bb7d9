"""The system to test: the one that `make run` runs here, or one that is named."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings

from .locust import NotRun

SECONDS = 10


def found(named: str) -> str:
    """Its address, with no slash at the end. Raises NotRun where nothing answers, ValueError for nonsense."""
    address = (named or _running()).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{named!r} is no address: expected https://feedback.example.edu")
    try:
        urllib.request.urlopen(f"{address}/sign-in/", timeout=SECONDS).close()  # noqa: S310 - http, see above
    except urllib.error.HTTPError as error:
        raise NotRun(f"{address}/sign-in/ answers {error.code}: is this Marginalia?") from None
    except OSError as error:
        raise NotRun(f"{address} does not answer: {getattr(error, 'reason', error)}") from None
    return address


def _running() -> str:
    """Where `make run` serves on this data."""
    try:
        return str(settings.LAYOUT.portal_address.read_text(encoding="utf-8")).strip()
    except OSError:
        raise NotRun("Nothing runs here: start `make run`, or name a system with --host.") from None
