"""People, courses and work in Django's admin. What changes a state or a limit goes through the services.

Students' texts and files are not shown here: operators need states, not essays.
"""

from .operations import alerts, audit, third_party
from .people import access, courses, users, webhooks
from .upstreams import drift, endpoints, error_texts, money, warmth
from .work import documents, feedback, jobs, notices

__all__ = [
    "access",
    "alerts",
    "audit",
    "courses",
    "documents",
    "drift",
    "endpoints",
    "error_texts",
    "feedback",
    "jobs",
    "money",
    "notices",
    "third_party",
    "users",
    "warmth",
    "webhooks",
]
