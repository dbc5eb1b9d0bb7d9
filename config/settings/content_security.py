"""What a page may load: only ours, and nothing inline. The admin's own pages need a little more."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE

DIRECTIVES: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": DIRECTIVES}

ADMIN_PREFIX = "/admin/"
ADMIN_DIRECTIVES: dict[str, list[str]] = {
    "style-src": [SELF, UNSAFE_INLINE],  # style attributes in Django's own widgets
}
