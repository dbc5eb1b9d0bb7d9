"""CountTokens."""

from __future__ import annotations

import base64
import binascii
import json
import re

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.serving.api import JSON, Reply
from feedback.development.simulator.writing.abilities import Abilities, Counting
from feedback.development.simulator.writing.tokens import count

from .errors import request_headers
from .messages import read_messages
from .request import read_converse

_PROFILE = re.compile(r"^(arn:|[a-z]{2,6}(-[a-z]+)?\.[a-z0-9-]+\.)")  # eu.anthropic.…, us-gov.anthropic.…


def is_profile(model: str) -> bool:
    return _PROFILE.match(model) is not None


def count_tokens(model: str, body: bytes, abilities: Abilities) -> Reply:
    """Raises ServiceError. The schema in outputConfig is no part of such a request, so it isn't counted."""
    refused = abilities.counting is Counting.NONE
    if refused or (abilities.counting is Counting.MODEL and is_profile(model)):
        raise ServiceError(ErrorName.VALIDATION, "The provided model doesn't support counting tokens.")
    answer = {"inputTokens": count(_counted(body))}
    return Reply(200, request_headers(JSON["content-type"]), json.dumps(answer).encode())


def _counted(body: bytes) -> str:
    try:
        counted = json.loads(body)["input"]
        if "converse" in counted:
            return read_converse(json.dumps(counted["converse"])).whole
        return read_messages(base64.b64decode(counted["invokeModel"]["body"], validate=True)).whole
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise ServiceError(ErrorName.VALIDATION, "The value at 'input' is not valid.") from None
