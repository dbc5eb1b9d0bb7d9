"""For how long what is over is kept. Nothing of a person's is deleted unless a site says so."""

from __future__ import annotations

from config import env

LEAST = 35  # days: quotas and budgets still count what a running month used


def _days(name: str) -> int:
    """0: for good."""
    days = env.integer(name, 0)
    return env.integer(name, days, minimum=LEAST) if days else 0


RETAIN_DAYS = {
    "documents": _days("RETAIN_DOCUMENTS_DAYS"),
    "unfinished": _days("RETAIN_UNFINISHED_DAYS"),
    "drafts": _days("RETAIN_DRAFTS_DAYS"),
    "denials": env.integer("RETAIN_DENIALS_DAYS", 365),
    "answers": env.integer("RETAIN_ANSWERS_DAYS", 1, minimum=1),
    "webhooks": env.integer("RETAIN_WEBHOOKS_DAYS", 30, minimum=1),
    "error_texts": env.integer("RETAIN_ERROR_TEXTS_DAYS", 180),
}
