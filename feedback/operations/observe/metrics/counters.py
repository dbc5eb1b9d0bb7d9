"""Counters of the processes, raised where it happens: marginalia_* in docs/metrics.md.

Every metric has labels, so that a process which counts nothing makes no file in METRICS_DIR. Labels come
from short lists of our own (stages, upstreams, views), never from people.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

MINUTES = (0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
CALL = (0.1, 0.5, 1, 2, 5, 10, 20, 40, 60, 90, 120, 150, 180, 240)
REQUEST = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
DECISION = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)

requests = Counter(
    "marginalia_http_requests", "Requests answered.", ["method", "view", "status"]
)  # fmt: skip
request_seconds = Histogram(
    "marginalia_http_seconds", "Until a request's answer began.", ["view"], buckets=REQUEST
)
submissions = Counter(
    "marginalia_submissions",
    "Documents handed in; of refused ones, what had to change.",
    ["result", "reason"],
)

runs = Counter("marginalia_runs", "Runs of jobs that ended.", ["stage", "outcome"])
wait_seconds = Histogram(
    "marginalia_wait_seconds", "From entering the line to the start of a run.", ["stage"], buckets=MINUTES
)
service_seconds = Histogram("marginalia_service_seconds", "A run's own time.", ["stage"], buckets=CALL)
total_seconds = Histogram(
    "marginalia_total_seconds", "From a job's creation to its result.", ["stage"], buckets=MINUTES
)
first_token_seconds = Histogram(
    "marginalia_first_token_seconds", "From a call's request to the provider's first event.", ["upstream"],
    buckets=CALL,
)  # fmt: skip
feedback_seconds = Histogram(
    "marginalia_feedback_seconds", "From submit to the whole feedback.", ["upstream"], buckets=MINUTES
)
tokens = Counter("marginalia_tokens", "Tokens used by calls.", ["upstream", "kind"])
spend = Counter("marginalia_spend", "Money that calls have cost.", ["upstream", "currency"])
paid_calls = Counter(
    "marginalia_paid_calls", "Calls that used tokens, by the tier that served them.",
    ["upstream", "tier", "figures"],
)  # fmt: skip
coalesced = Counter("marginalia_coalesced", "Calls that equal work made needless.", ["how"])
saved_tokens = Counter("marginalia_saved_tokens", "Tokens that those calls would have used.", ["how"])

gate_seconds = Histogram(
    "limiter_gate_seconds", "One operation of the gate, as its caller saw it.", ["operation"],
    buckets=DECISION,
)  # fmt: skip
thread_failures = Counter(
    "limiter_thread_failures", "Failures and silences of a worker's threads that serve all its jobs.",
    ["thread"],
)  # fmt: skip
gate_errors = Counter("limiter_gate_errors", "Operations that the gate could not answer.", ["operation"])
