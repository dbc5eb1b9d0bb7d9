"""Every address of the site, by the door that it stands behind: tests open each with each role.

An address that is missing here fails the test that walks over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = [
    "icon",
    "set_language",
    "login",
    "account_login",
    "logout",
    "account_logout",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_reset_password_from_key",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "openid_connect_login",
    "openid_connect_callback",
    "invitation",
    "healthz",
    "readyz",
    "api:openapi-json",
    "api-docs",
    "admin:login",
    "admin:logout",
]

# With the bearer token, from an address that is let in, or by staff that may see jobs.
MACHINES = ["metrics", "django_rq:metrics", "django_rq:home_json"]

# The id of a draft is whatever its writer names: that of another is never found (test_saving, and for the API
# test_drafts_courses_and_upstreams).
PERSON = [
    "draft-save",
    "draft-delete",
    "home",
    "profile",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "account_email",
    "usersessions_list",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "socialaccount_connections",
    "teaching",
    "submit",
    "quota",
    "my-data",
    "my-data-download",
    "delete-account",
    "tokens",
    "api:documents",
    "api:document-file",
    "api:jobs",
    "api:me",
    "api:quota",
    "api:events",
    "api:drafts",
    "api:draft",
    "api:draft-hand-in",
    "api:courses",
    "api:assignments",
    "api:webhooks",
]

# Of another person: as good as none, for all others.
OTHERS_WORK = [
    "draft",
    "draft-preview",
    "draft-sections",
    "document",
    "export",
    "delete-document",
    "progress",
    "summary",
    "section",
    "cancel-section",
    "retry-section",
    "react",
    "document-text",
    "reasons",
    "notify",
    "events",
    "cancel",
    "retry",
    "changes",
    "revisions",
    "invitation-withdraw",
    "teaching-course",
    "teaching-edit-course",
    "teaching-archive-course",
    "teaching-members",
    "teaching-import",
    "teaching-role",
    "teaching-remove-member",
    "teaching-welcome",
    "teaching-new-assignment",
    "teaching-assignment",
    "teaching-outlook",
    "teaching-edit-assignment",
    "teaching-release-many",
    "teaching-review",
    "teaching-release",
    "teaching-read",
    "teaching-save",
    "teaching-undo",
    "teaching-begin",
    "teaching-give",
    "teaching-bank",
    "teaching-bank-keep",
    "teaching-bank-forget",
    "teaching-calibration",
    "teaching-calibration-text",
    "teaching-calibration-correct",
    "teaching-calibration-stop",
    "token-revoke",
    "api:document",
    "api:document-cancel",
    "api:document-retry",
    "api:document-text",
    "api:sections",
    "api:section",
    "api:feedback",
    "api:job",
    "api:job-explanation",
    "api:job-cancel",
    "api:job-retry",
    "api:document-events",
    "api:assignment",
    "api:webhook",
    "api:webhook-rotate",
    "api:webhook-test",
    "api:webhook-deliveries",
    "api:webhook-delivery",
    "api:webhook-replay",
]

# For teachers, and for operators with rights beyond reading.
INVITES = ["invitations", "teaching-new-course"]

STAFF = [
    "admin:search",
    "admin:index",
    "admin:password_change",
    "admin:password_change_done",
    "admin:jsi18n",
    "admin:app_list",
    "admin:None",
]

# In the admin, with the right to see.
SEES = [
    "django_rq:home",
    "django_rq:jobs",
    "django_rq:queue_details",
    "django_rq:finished_jobs",
    "django_rq:failed_jobs",
    "django_rq:scheduled_jobs",
    "django_rq:started_jobs",
    "django_rq:deferred_jobs",
    "django_rq:job_detail",
    "django_rq:result_detail",
    "django_rq:workers",
    "django_rq:worker_details",
    "django_rq:scheduler_jobs",
    "django_rq:cron_scheduler_detail",
    "django_rq:cron_job_detail",
    "django_rq:confirm_action",
    "admin:feedback_job_dead",
    "admin:feedback_job_workers",
    "admin:feedback_job_figures",
    "admin:feedback_job_charts",
    "admin:feedback_user_usage",
    "admin:feedback_user_lately",
    "admin:limiter_upstream_control",
    "admin:autocomplete",
    "admin:view_on_site",
    "api:upstreams",
    "api:upstream",
]

# In the admin, with the right to change; posted.
ACTS = [
    "django_rq:delete_failed_jobs",
    "django_rq:clear",
    "django_rq:requeue_all",
    "django_rq:delete_job",
    "django_rq:requeue_job",
    "django_rq:enqueue_job",
    "django_rq:stop_job",
    "django_rq:actions",
    "admin:feedback_document_text",
    "admin:feedback_document_do",
    "admin:feedback_errortext_do",
    "admin:feedback_job_do",
    "admin:limiter_pool_dissolve",
    "admin:limiter_upstream_remove",
    "admin:limiter_plan_remove",
    "admin:limiter_groupweight_remove",
    "admin:limiter_upstream_preview",
    "admin:auth_user_password_change",
]

# The admin's five pages of each model: those of our own, and those that superusers alone see.
MODELS = [
    "feedback_accessdenial",
    "feedback_alertreceiver",
    "feedback_alertrule",
    "feedback_assignment",
    "feedback_auditentry",
    "feedback_budget",
    "feedback_charge",
    "feedback_course",
    "feedback_document",
    "feedback_drift",
    "feedback_endpoint",
    "feedback_errortext",
    "feedback_feedback",
    "feedback_incident",
    "feedback_job",
    "feedback_languagemodel",
    "feedback_learntrefusal",
    "feedback_notice",
    "feedback_outputbudget",
    "feedback_price",
    "feedback_schemawarmth",
    "feedback_silence",
    "feedback_usageday",
    "feedback_user",
    "feedback_webhook",
    "feedback_webhookdelivery",
    "limiter_breakertransition",
    "limiter_flowoverride",
    "limiter_gateevent",
    "limiter_groupweight",
    "limiter_plan",
    "limiter_pool",
    "limiter_upstream",
]
SUPERUSERS_MODELS = [
    "auth_group",
    "account_emailaddress",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "usersessions_usersession",
    "axes_accessattempt",
]
OF_A_MODEL = ("changelist", "add", "history", "delete", "change")


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """The name, with its namespace, and the pattern of every address."""
    yield from _below(get_resolver(), "")


def _below(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield f"{namespace}{each.name}", each
        else:
            yield from _below(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
