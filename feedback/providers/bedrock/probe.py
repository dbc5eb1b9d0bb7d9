"""Can it be used? Credentials and endpoint tell something for nothing, one short call tells for certain."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from .client import build_client
from .errors import RAISED, translate
from .settings import BedrockSettings

SHORT_SECONDS = 30.0
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
    """One call of a few tokens, past every gate; the seconds that it took. Raises ProviderError."""
    client = build_client(replace(settings, slots=1, total_timeout=SHORT_SECONDS))
    began = time.monotonic()
    try:
        answer = client.converse_stream(
            modelId=settings.model,
            messages=[{"role": "user", "content": [{"text": "Answer with the one word: ready."}]}],
            inferenceConfig={"maxTokens": 8},
        )
        for _ in answer["stream"]:
            pass
    except RAISED as error:
        raise translate(error) from error
    finally:
        client.close()
    return time.monotonic() - began
