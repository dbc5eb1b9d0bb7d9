"""Domains of addresses that may open an account without an invitation, or by the identity provider."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings


def any_domain() -> bool:
    return bool(settings.SIGNUP_DOMAINS)


def is_welcome(email: str) -> bool:
    return _is_of(email, settings.SIGNUP_DOMAINS)


def may_be_sent(email: str) -> bool:
    """By the identity provider: every address that it knows, where no domains are named."""
    return not settings.OIDC_DOMAINS or _is_of(email, settings.OIDC_DOMAINS)


def _is_of(email: str, patterns: Sequence[str]) -> bool:
    domain = email.rpartition("@")[2].lower()
    return any(_matches(domain, pattern) for pattern in patterns)


def _matches(domain: str, pattern: str) -> bool:
    """ "*.example.edu" is every domain below example.edu, and not that one itself."""
    return domain.endswith(pattern[1:]) if pattern.startswith("*.") else domain == pattern
