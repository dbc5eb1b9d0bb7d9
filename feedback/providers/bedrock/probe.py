"""Can it be used? Credentials and endpoint cost nothing to look at; one short call tells for certain."""

from __future__ import annotations

import socket
from dataclasses import replace
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from ..short_call import answered_in
from .errors import translate
from .provider import BedrockProvider
from .settings import BedrockSettings

LONGEST_SECONDS = 60.0
PORTS = {"http": 80, "https": 443}


def credentials_from(settings: BedrockSettings) -> str | None:
    """Where they come from, as botocore names it. None: there are none. Raises ProviderError."""
    if settings.access_key_id:
        return "the settings"
    try:
        found = boto3.session.Session().get_credentials()
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


def ask(settings: BedrockSettings) -> float:
    """The call that work makes, on a short text and past every gate; its seconds. Raises ProviderError."""
    provider = BedrockProvider(replace(settings, slots=1))
    try:
        return answered_in(provider, seconds=LONGEST_SECONDS)
    finally:
        provider.close()
