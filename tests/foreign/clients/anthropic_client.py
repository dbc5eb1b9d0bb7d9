"""The anthropic client's class for Bedrock, which speaks InvokeModel."""

from __future__ import annotations

import json
import sys
from typing import Any

from anthropic import AnthropicBedrock

TOOL = {
    "name": "review",
    "description": "Takes a review.",
    "input_schema": {"type": "object", "properties": {"points": {"type": "integer"}}, "required": ["points"]},
}


def main(url: str) -> None:
    client = AnthropicBedrock(
        base_url=url, aws_region="eu-central-1", aws_access_key="access", aws_secret_key="secret",
        max_retries=0,
    )  # fmt: skip
    asked: dict[str, Any] = {
        "model": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": "Uniforms are useful, because they are cheap."}],
    }
    whole = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()
    with client.messages.stream(**asked, tools=[TOOL], tool_choice={"type": "any"}) as stream:
        used = stream.get_final_message()
    answers = {
        "whole": whole.content[0].text,
        "usage": [whole.usage.input_tokens, whole.usage.output_tokens],
        "streamed": streamed.content[0].text,
        "streamed_usage": [streamed.usage.input_tokens, streamed.usage.output_tokens],
        "stop_reason": used.stop_reason,
        "input": used.content[0].input,
    }
    sys.stdout.write(f"{json.dumps(answers)}\n")


main(sys.argv[1])
