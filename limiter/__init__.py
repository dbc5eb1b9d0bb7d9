"""Fair, rate-limited, breaker-guarded dequeueing for Django and RQ.

Nothing here knows what the jobs do: flows, groups and jobs are opaque strings.
"""
