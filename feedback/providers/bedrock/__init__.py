"""Feedback from a model on AWS Bedrock, over the ConverseStream API."""

from __future__ import annotations

from ..prompting.budgets import OutputBudgets
from .provider import BedrockProvider
from .settings import BedrockSettings

__all__ = ["BedrockProvider", "BedrockSettings", "OutputBudgets"]
