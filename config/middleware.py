from __future__ import annotations

from typing import TYPE_CHECKING

from csp.middleware import CSPMiddleware

from config.settings.content_security import ADMIN_DIRECTIVES, ADMIN_PREFIX

if TYPE_CHECKING:
    from csp.middleware import PolicyParts
    from django.http import HttpRequest, HttpResponseBase


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp with a policy of its own for the admin's pages."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith(ADMIN_PREFIX) and parts.replace is None:
            parts.replace = ADMIN_DIRECTIVES
        return parts
