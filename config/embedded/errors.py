from __future__ import annotations


class EmbeddedServerError(Exception):
    """An embedded server could not be started or stopped. The message is for the person at the terminal."""
