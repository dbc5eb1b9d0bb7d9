"""Percentiles, as Postgres computes them."""

from __future__ import annotations

from django.db.models import Aggregate, DurationField, Q


class Percentile(Aggregate):
    """The time below which this share (0 to 1) of the rows lies."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: object, share: float, *, among: Q | None = None) -> None:
        super().__init__(expression, filter=among, share=float(share))
