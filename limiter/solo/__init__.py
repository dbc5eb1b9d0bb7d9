"""Rung one: everything in one process. A fair line, 30 requests a minute, three threads, no infrastructure.

    manager = RequestManager(requests_per_minute=30, workers=3)
    manager.submit("job-1", flow="ada", run=lambda job, execution: work(job))
    manager.get_stats()

In a Django project with LIMITER_BACKEND = "memory", `get_request_manager(queue)` gives the process's own,
configured by the rows that also configure the shared gate. The limits hold within the process: run one.
"""

from __future__ import annotations

from .process import get_request_manager
from .requests import RequestManager
from .stats import FlowStats, Stats
from .task import GaveUpError, Run

__all__ = ["FlowStats", "GaveUpError", "RequestManager", "Run", "Stats", "get_request_manager"]
