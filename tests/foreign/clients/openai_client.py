"""The plain openai client, for any server of chat completions: `openai_client.py <address> [model ...]`."""

from __future__ import annotations

import json
import sys
from typing import Any

from openai import OpenAI

MESSAGES: Any = [{"role": "user", "content": "Uniforms are useful, because they are cheap."}]
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "points": {"type": "integer"}},
    "required": ["verdict", "points"],
    "additionalProperties": False,
}
TOOL: Any = {
    "type": "function",
    "function": {"name": "review", "description": "A review.", "parameters": SCHEMA},
}
FORMAT: Any = {"type": "json_schema", "json_schema": {"name": "review", "schema": SCHEMA, "strict": True}}


def asked(client: OpenAI, model: str) -> dict[str, Any]:
    def complete(**more: Any) -> Any:
        return client.chat.completions.create(model=model, messages=MESSAGES, max_tokens=1000, **more)

    plain = complete()
    chunks = list(complete(stream=True, stream_options={"include_usage": True}))
    (call,) = complete(tools=[TOOL], tool_choice="required").choices[0].message.tool_calls
    return {
        "plain": plain.choices[0].message.content,
        "usage": plain.usage.total_tokens,
        "streamed": "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        "streamed_usage": next(chunk.usage.total_tokens for chunk in reversed(chunks) if chunk.usage),
        "by_schema": json.loads(complete(response_format=FORMAT).choices[0].message.content),
        "by_tool": json.loads(call.function.arguments),
    }


def main(url: str, *names: str) -> None:
    client = OpenAI(base_url=f"{url}/v1", api_key="key", max_retries=0, timeout=120)
    listed = [model.id for model in client.models.list()]
    answers = {"models": listed, **{name: asked(client, name) for name in names or listed}}
    sys.stdout.write(f"{json.dumps(answers)}\n")


main(*sys.argv[1:])
