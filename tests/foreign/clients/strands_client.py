"""strands-agents: an answer, an agent that uses a tool and goes on, and structured output."""

from __future__ import annotations

import json
import sys

import boto3
from pydantic import BaseModel
from strands import Agent, tool
from strands.models import BedrockModel

used: list[str] = []


@tool
def word_count(text: str) -> int:
    """Count the words of a text.

    Args:
        text: The text.
    """
    used.append(text)
    return len(text.split())


class Review(BaseModel):
    verdict: str
    points: int


def main(url: str) -> None:
    session = boto3.Session(
        aws_access_key_id="access", aws_secret_access_key="secret", region_name="eu-central-1"
    )
    model = BedrockModel(
        boto_session=session, endpoint_url=url, model_id="eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    )
    plain = Agent(model=model, callback_handler=None)("Uniforms are useful, because they are cheap.")
    with_tool = Agent(model=model, tools=[word_count], callback_handler=None)("Count these words.")
    review = Agent(model=model, callback_handler=None)("Review this.", structured_output_model=Review)
    answers = {
        "plain": str(plain),
        "stop_reason": plain.stop_reason,
        "usage": dict(plain.metrics.accumulated_usage),
        "used": used,
        "after_the_tool": with_tool.stop_reason,
        "review": review.structured_output.model_dump(),
    }
    sys.stdout.write(f"{json.dumps(answers)}\n")


main(sys.argv[1])
