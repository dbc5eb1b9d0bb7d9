"""Several upstreams of Bedrock from one variable: name=region/model, or name=region/model@endpoint."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from config import env

FORM = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]{0,49})=(?P<region>[a-z0-9-]+)/(?P<model>[^@]+)(@(?P<endpoint>https?://.+))?"
)
EXPECTED = "name=region/model, with commas between them, such as haiku=eu-west-1/anthropic.claude-3-haiku"


@dataclass(frozen=True, slots=True)
class BedrockUpstream:
    region: str
    model: str  # its id, or an inference profile's
    endpoint_url: str | None = None  # None: AWS's own


def upstreams(variable: str, *, taken: Collection[str]) -> dict[str, BedrockUpstream]:
    """By name, in the order given."""
    found: dict[str, BedrockUpstream] = {}
    for word in env.words(variable):
        match = FORM.fullmatch(word)
        if match is None:
            raise ImproperlyConfigured(f"{variable} has {word!r}: expected {EXPECTED}")
        if match["name"] in taken or match["name"] in found:
            raise ImproperlyConfigured(f"{variable} names {match['name']!r}, which there is already")
        found[match["name"]] = BedrockUpstream(match["region"], match["model"], match["endpoint"])
    return found
