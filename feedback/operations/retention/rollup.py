"""The use of calls, moved from their rows to one row a day."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from feedback.dispatch.routes import CALLS

# Two deletions of the same documents come one after the other: where they are gone there is nothing
# to add. A statement of its own, for the next one to see what was committed while this one waited.
_HOLD = "SELECT FROM feedback_document WHERE id = ANY(%(documents)s) ORDER BY id FOR UPDATE"

# In one order, so that two purges never wait for each other in a circle.
_ADD = """
INSERT INTO feedback_usageday AS kept
    (day, flow, "group", upstream, tier, calls, failures, input_tokens, output_tokens,
     cache_read_tokens, cache_write_tokens, cost)
SELECT (finished_at AT TIME ZONE 'UTC')::date, flow, "group", upstream, served_tier,
       sum(attempt), sum(failures), sum(input_tokens), sum(output_tokens),
       sum(cache_read_tokens), sum(cache_write_tokens), coalesce(sum(cost), 0)
FROM feedback_job
WHERE document_id = ANY(%(documents)s) AND kind = ANY(%(kinds)s) AND attempt > 0 AND finished_at IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (day, flow, "group", upstream, tier) DO UPDATE SET
    calls = kept.calls + excluded.calls,
    failures = kept.failures + excluded.failures,
    input_tokens = kept.input_tokens + excluded.input_tokens,
    output_tokens = kept.output_tokens + excluded.output_tokens,
    cache_read_tokens = kept.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = kept.cache_write_tokens + excluded.cache_write_tokens,
    cost = kept.cost + excluded.cost
"""


def roll_up(documents: Sequence[UUID]) -> None:
    """Add what the calls of these documents used to the rows of their days.

    Only where the documents are deleted in the same transaction: called twice it would count twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"documents": list(documents)})
        cursor.execute(_ADD, {"documents": list(documents), "kinds": [kind.value for kind in CALLS]})
