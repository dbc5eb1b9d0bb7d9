"""Limits on our own pages: generous to people, dear to programs that guess passwords or flood."""

from __future__ import annotations

from config import env

LIMITS = {
    "sign-in-address": {"algorithm": "sliding_counter", "rate": "600/m"},  # a whole class behind one router
    "sign-in-account": {"algorithm": "sliding_log", "rate": "30/m"},  # whatever addresses they come from
    "second-factor": {"algorithm": "sliding_log", "rate": "10/m"},  # codes for one account
    "mail-address": {"algorithm": "sliding_counter", "rate": "60/m"},  # what makes us send a mail
    "mail-account": {"algorithm": "sliding_log", "rate": "5/h"},
    "invitations": {"algorithm": "token_bucket", "rate": "10/m", "burst": 60},
    "submit": {"algorithm": "token_bucket", "rate": "30/m", "burst": 60},  # for each person
    "api": {"algorithm": "token_bucket", "rate": "300/m", "burst": 300},  # for each person, whatever tokens
    "draft": {
        "algorithm": "token_bucket",
        "rate": "120/m",
        "burst": 240,
    },  # saving as one types
}
# For a connection, and for an answer, of the Redis behind limits and breakers: a limited view waits no
# longer, and goes on without. While it is known to be away nothing waits.
LIMITS_STORE_SECONDS = env.number("LIMITS_STORE_SECONDS", 0.2, minimum=0.01)
# The same where the gate is asked, and work put in line, by a page or by housekeeping: they go on without.
LIMITER_ANSWER_SECONDS = env.number("LIMITER_ANSWER_SECONDS", 5.0, minimum=0.1)
LIMITS_PROXIES = env.integer("LIMITS_PROXIES", 0, minimum=0)  # of ours, that add to X-Forwarded-For
BREAKERS: dict[str, dict[str, object]] = {}
