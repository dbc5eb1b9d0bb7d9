"""Feedback from a model behind any server that has OpenAI's chat-completions API.

Only the settings are exported here: `.provider` imports the openai client, 25 MB that a process which never
asks such a server can do without.
"""

from __future__ import annotations

from .settings import CompatibleSettings

__all__ = ["CompatibleSettings"]
