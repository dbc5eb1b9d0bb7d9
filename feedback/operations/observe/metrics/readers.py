"""Who may read the figures: on the page of the web, and where a command serves them."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings

REFUSED = "Send METRICS_TOKEN as a bearer token, or ask from one of METRICS_ADDRESSES.\n"


def may_read(*, authorization: str, address: str) -> bool:
    """By the request's Authorization field, and the address that it came from."""
    return bool(settings.METRICS_OPEN) or _knows_the_token(authorization) or _comes_from_within(address)


def _knows_the_token(authorization: str) -> bool:
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(authorization.encode(), wanted.encode())


def _comes_from_within(words: str) -> bool:
    try:
        address = ipaddress.ip_address(words)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_ADDRESSES)
