"""Log lines: for a person at a terminal, or as JSON for a program that collects them."""

from __future__ import annotations

import logging
import sys
from typing import Any

# structlog loads rich where it is, for tracebacks in colour: 4 MB of each process, for what ours never are.
_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]
import structlog

del sys.modules["rich"]
if _rich is not None:
    sys.modules["rich"] = _rich

from feedback.operations.observe import logs

CONSOLE, JSON = "console", "json"

DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # the web server in front knows it; we need not
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request: its end
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO


def logging_for(level: str, *, form: str = CONSOLE, with_time: bool = True) -> dict[str, Any]:
    """Django's LOGGING, and structlog set up to end in the same handler."""
    shared = logs.processors(with_time=with_time, for_people=form == CONSOLE)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": logs.rendered(as_json=form == JSON),
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"propagate": True, "handlers": []},
            # A line for each request is for programs; a person at a terminal wants what went wrong.
            "django_structlog": {"level": level if form == JSON else "ERROR"},
            "rq": {"level": level},
            "axes": {"level": "WARNING"},  # at INFO it tells of every sign-in
            "fontTools": {"level": "WARNING"},  # says at INFO what no reader needs
            "botocore": {"level": "WARNING"},
            # At DEBUG these write what passes through them, students' texts included.
            "django.db.backends": {"level": "INFO"},
            "urllib3": {"level": "INFO"},
            "boto3": {"level": "INFO"},
            "s3transfer": {"level": "INFO"},
            # At INFO these tell of each request, with its address; at DEBUG of headers too.
            "openai": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
        },
    }
