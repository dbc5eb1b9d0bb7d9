"""The fixed part of an upstream's requests: the prompt, and the schema of the answer."""

from __future__ import annotations

import hashlib

from ..base import Estimate, Request
from .budgets import OutputBudgets, class_of
from .estimate import TOOL_PREAMBLE_TOKENS, estimate_tokens
from .prompt import user_message


class FixedWords:
    """The fixed words of a model's requests, with what follows from them."""

    def __init__(self, model: str, words: str) -> None:
        # Changes with every change of the prompt, without a number to raise by hand.
        self.version = f"{model} {hashlib.sha256(words.encode()).hexdigest()[:12]}"
        self._tokens = TOOL_PREAMBLE_TOKENS + estimate_tokens(words)

    def estimate(self, request: Request, budgets: OutputBudgets) -> Estimate:
        """What a call will hold. See estimate.py for how, and which way it errs."""
        return Estimate(
            input_tokens=self._tokens + estimate_tokens(user_message(request)),
            max_tokens=budgets.max_tokens(request),
            ceiling=budgets.most(request),
            output_class=class_of(request),
        )
