"""The content security policy: a page loads what is ours, nothing inline. The admin's may a little more."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

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
    "script-src": [SELF, UNSAFE_EVAL],  # unfold's Alpine evaluates the expressions in its attributes
    "style-src": [SELF, UNSAFE_INLINE],  # its colours stand in a style element, its widgets in attributes
}
