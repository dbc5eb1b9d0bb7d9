"""The look of the admin: names, colours of ours, and what its side shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse_lazy

if TYPE_CHECKING:
    from django.http import HttpRequest


PAGES_OF_THEIR_OWN = ("feedback_job_dead", "feedback_job_workers")  # beside the list of the same model


def _link(title: str, icon: str, view: str, permission: str) -> dict[str, Any]:
    model, _, page = view.rpartition("_")

    def is_here(request: HttpRequest) -> bool:
        here = request.resolver_match.url_name or "" if request.resolver_match else ""
        if here in PAGES_OF_THEIR_OWN or page != "changelist":
            return here == view
        return here.startswith(f"{model}_")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{view}"),
        "permission": lambda request: request.user.has_perm(permission),
        "active": is_here,
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Marginalia",
    "SITE_HEADER": "Marginalia",
    "SITE_SYMBOL": "edit_note",
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "feedback.admin.operations.dashboard.first_page",
    "STYLES": [lambda request: static("limiter/admin.css")],
    "SHOW_BACK_BUTTON": True,
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 230)",
            "100": "oklch(94% .03 230)",
            "200": "oklch(89% .055 230)",
            "300": "oklch(82% .09 230)",
            "400": "oklch(72% .12 230)",
            "500": "oklch(58% .12 235)",
            "600": "oklch(48% .11 240)",
            "700": "oklch(42% .1 242)",
            "800": "oklch(36% .08 243)",
            "900": "oklch(31% .06 244)",
            "950": "oklch(22% .05 245)",
        },
    },
    "SIDEBAR": {
        "show_all_applications": True,
        "navigation": [
            {
                "title": "Now",
                "items": [
                    {"title": "Dashboard", "icon": "monitoring", "link": reverse_lazy("admin:index")},
                    _link("Jobs", "list_alt", "feedback_job_changelist", "feedback.view_job"),
                    _link("Failed jobs", "skull", "feedback_job_dead", "feedback.view_job"),
                    _link("Workers", "engineering", "feedback_job_workers", "feedback.view_job"),
                    {
                        "title": "RQ's own pages",
                        "icon": "list",
                        "link": reverse_lazy("django_rq:home"),
                        "permission": lambda request: request.user.has_perm("feedback.view_job"),
                    },
                    _link("Upstreams", "valve", "limiter_upstream_changelist", "limiter.view_upstream"),
                    _link("Endpoints", "hub", "feedback_endpoint_changelist", "feedback.view_endpoint"),
                    _link(
                        "Models",
                        "neurology",
                        "feedback_languagemodel_changelist",
                        "feedback.view_languagemodel",
                    ),
                    _link("Pools", "alt_route", "limiter_pool_changelist", "limiter.view_pool"),
                    _link(
                        "Incidents",
                        "notifications",
                        "feedback_incident_changelist",
                        "feedback.view_incident",
                    ),
                    _link(
                        "Error texts",
                        "help_center",
                        "feedback_errortext_changelist",
                        "feedback.view_errortext",
                    ),
                ],
            },
            {
                "title": "People and work",
                "separator": True,
                "items": [
                    _link("Users", "group", "feedback_user_changelist", "feedback.view_user"),
                    _link("Plans", "workspaces", "limiter_plan_changelist", "limiter.view_plan"),
                    _link("Courses", "school", "feedback_course_changelist", "feedback.view_course"),
                    _link("Documents", "draft", "feedback_document_changelist", "feedback.view_document"),
                    _link(
                        "Use by day",
                        "data_usage",
                        "feedback_usageday_changelist",
                        "feedback.view_usageday",
                    ),
                    _link("Audit", "history", "feedback_auditentry_changelist", "feedback.view_auditentry"),
                ],
            },
        ],
    },
}
