"""litellm, by Converse, by InvokeModel and by chat completions."""

from __future__ import annotations

import json
import sys
from typing import Any

import litellm

CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
MESSAGES = [{"role": "user", "content": "Uniforms are useful, because they are cheap."}]
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "points": {"type": "integer"}},
    "required": ["verdict", "points"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "review", "description": "A review.", "parameters": SCHEMA}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "review", "schema": SCHEMA, "strict": True}}


def asked(**where: Any) -> dict[str, Any]:
    def complete(**more: Any) -> Any:
        return litellm.completion(messages=MESSAGES, max_tokens=1000, **where, **more)

    plain = complete()
    *chunks, last = complete(stream=True, stream_options={"include_usage": True})
    (call,) = complete(tools=[TOOL], tool_choice="required").choices[0].message.tool_calls
    return {
        "plain": plain.choices[0].message.content,
        "usage": plain.usage.total_tokens,
        "streamed": "".join(chunk.choices[0].delta.content or "" for chunk in chunks),
        "streamed_usage": last.usage.total_tokens,
        "by_schema": json.loads(complete(response_format=FORMAT).choices[0].message.content),
        "by_tool": json.loads(call.function.arguments),
    }


def main(url: str) -> None:
    account = {
        "aws_bedrock_runtime_endpoint": url, "aws_region_name": "eu-central-1",
        "aws_access_key_id": "access", "aws_secret_access_key": "secret",
    }  # fmt: skip
    litellm.suppress_debug_info = True
    answers = {
        "converse": asked(model=f"bedrock/converse/{CLAUDE}", **account),
        "invoke": asked(model=f"bedrock/invoke/{CLAUDE}", **account),
        "openai": asked(model="openai/simulated", api_base=f"{url}/v1", api_key="key"),
    }
    sys.stdout.write(f"{json.dumps(answers)}\n")


main(sys.argv[1])
