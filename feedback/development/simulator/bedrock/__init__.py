"""The Bedrock Runtime API: Converse, ConverseStream, InvokeModel and its stream, CountTokens."""

from __future__ import annotations

from .converse import Converse
from .counting import count_tokens, is_profile
from .invoke import Invoke
from .signing import check_signature

__all__ = ["Converse", "Invoke", "check_signature", "count_tokens", "is_profile"]
