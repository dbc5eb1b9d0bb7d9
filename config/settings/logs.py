"""Log lines for a terminal: when, how bad, who, what."""

from __future__ import annotations

from typing import Any


def logging_for(level: str, *, with_time: bool = True) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "format": ("{asctime} " if with_time else "") + "{levelname:7} {name}: {message}",
                "style": "{",
                "datefmt": "%H:%M:%S",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"propagate": True, "handlers": []},
            "rq": {"level": level},
            "fontTools": {"level": "WARNING"},  # says at INFO what no reader needs
            "botocore": {"level": "WARNING"},
        },
    }
