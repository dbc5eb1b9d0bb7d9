"""Can it be used? What credentials and endpoint tell for nothing."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError

from .client import build_session
from .errors import translate
from .settings import BedrockSettings

BEARER_TOKEN = "AWS_BEARER_TOKEN_BEDROCK"  # noqa: S105 - the name of a variable
PORTS = {"http": 80, "https": 443}


def credentials_from(settings: BedrockSettings) -> str | None:
    """Where they come from, as botocore names it. None: there are none. Raises ProviderError."""
    if settings.access_key_id:
        return "the settings"
    named = settings.profile or settings.role
    if os.environ.get(BEARER_TOKEN) and not named:  # botocore prefers it to what else it finds
        return f"the bearer token in {BEARER_TOKEN}"
    try:
        found = build_session(settings).get_credentials()
    except BotoCoreError as error:  # a damaged file, a profile that does not exist
        raise translate(error) from error
    return None if found is None else str(found.method)


def endpoint_of(settings: BedrockSettings) -> str:
    return settings.endpoint_url or f"https://bedrock-runtime.{settings.region}.amazonaws.com"


def reach(address: str, *, seconds: float) -> None:
    """A connection, and nothing on it. Raises OSError."""
    parts = urlsplit(address)
    port = parts.port or PORTS.get(parts.scheme, 443)
    socket.create_connection((parts.hostname or "", port), timeout=seconds).close()
