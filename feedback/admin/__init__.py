"""People, courses and work in Django's admin. What changes a state or a limit goes through the services.

Students' texts and files are not shown here: operators need states, not essays.
"""

from . import (
    access,
    alerts,
    audit,
    courses,
    documents,
    drift,
    endpoints,
    error_texts,
    feedback,
    jobs,
    money,
    notices,
    third_party,
    users,
    warmth,
)

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
]
