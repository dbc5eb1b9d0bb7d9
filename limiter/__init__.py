"""Fair, rate-limited, breaker-guarded dequeueing for Django and RQ.

Nothing here knows what the jobs do: flows, groups and jobs are opaque strings.

The public face: `gates.get_gate`, `services` (verbs that write), `selectors` (reads),
`policies.ensure_policy`, `publication.reconcile_configuration`, `execution`, and `solo` for one process
without Redis. docs/limiter.md describes it.
"""
