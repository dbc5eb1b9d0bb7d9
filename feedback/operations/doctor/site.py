"""Checks of the settings: Django's own and ours, and what only a person can know to be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.core import checks

from .model import Finding, fail, ok, warn

LOCAL = ("localhost", "127.0.0.1", "[::1]", "testserver")


def settings_checks() -> Iterator[Finding]:
    """`manage.py check`, with --deploy in production; the database is looked at elsewhere."""
    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    heard = [message for message in found if message.level >= checks.WARNING and not message.is_silenced()]
    for message in heard:
        tell = fail if message.level >= checks.ERROR else warn
        yield tell("settings", f"{message.id}: {message.msg}", message.hint or "See manage.py check.")
    if not heard:
        yield ok(
            "settings", f"{settings.SETTINGS_MODULE}, profile {settings.PROFILE}: nothing to complain of"
        )


def site() -> Iterator[Finding]:
    yield _hosts()
    yield _policy()
    if settings.PRODUCTION:
        yield from _production()
    elif any(host not in LOCAL for host in settings.ALLOWED_HOSTS):
        yield warn(
            "site",
            "It has a name of its own, but runs with settings for one's own machine.",
            "Set DJANGO_SETTINGS_MODULE=config.settings.production.",
        )


def _hosts() -> Finding:
    hosts = ", ".join(settings.ALLOWED_HOSTS) or "none"
    if "*" in settings.ALLOWED_HOSTS:
        return fail("site", "Every host name is accepted.", "Name this site's hosts in ALLOWED_HOSTS.")
    return ok("site", f"host names: {hosts}")


def _policy() -> Finding:
    policy = settings.CONTENT_SECURITY_POLICY.get("DIRECTIVES", {})
    loose = [name for name, allowed in policy.items() if {UNSAFE_INLINE, UNSAFE_EVAL} & set(allowed)]
    if not policy or loose:
        found = f"The content security policy is loose: {', '.join(loose) or 'there is none'}."
        return fail("site", found, "Take back what was changed in config/settings/content_security.py.")
    return ok("site", "content security policy: nothing inline, nothing foreign")


def _production() -> Iterator[Finding]:
    if not settings.SITE_URL:
        yield warn("site", "SITE_URL is not set: alerts have no links.", "Set it to the site's address.")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and not settings.LIMITS_PROXIES:
        yield warn(
            "site",
            "A proxy is trusted, but LIMITS_PROXIES is 0: limits by address take everybody for the proxy.",
            "Set LIMITS_PROXIES to the number of proxies of yours (1 for one nginx).",
        )
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield fail("site", "Static files were not collected.", "manage.py collectstatic --noinput")
    else:
        yield ok("site", f"static files are collected in {settings.STATIC_ROOT}")
