"""The chat-completions API, as vLLM, Ollama, llama.cpp, LiteLLM and OpenAI itself offer it."""

from __future__ import annotations

from .chat import Chat
from .keys import check_key
from .models import listed_models, one_model

__all__ = ["Chat", "check_key", "listed_models", "one_model"]
