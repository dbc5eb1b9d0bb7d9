"""langchain-aws: plain, as a stream, and with structured output, by Converse and by InvokeModel."""

from __future__ import annotations

import json
import sys
from typing import Any

from langchain_aws import ChatBedrock, ChatBedrockConverse
from pydantic import BaseModel, SecretStr

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROMPT = "Uniforms are useful, because they are cheap."


class Review(BaseModel):
    verdict: str
    points: int
    tags: list[str]


def asked(model: Any) -> dict[str, Any]:
    whole = model.invoke(PROMPT)
    first, *chunks = list(model.stream(PROMPT))
    streamed = first
    for chunk in chunks:
        streamed += chunk
    return {
        "whole": whole.text,
        "usage": whole.usage_metadata["total_tokens"],
        "streamed": streamed.text,
        "streamed_usage": streamed.usage_metadata["total_tokens"],
        "pieces": len(chunks),
        "by_tool": model.with_structured_output(Review).invoke(PROMPT).model_dump(),
    }


def main(url: str) -> None:
    account: dict[str, Any] = {
        "region_name": "eu-central-1", "endpoint_url": url,
        "aws_access_key_id": SecretStr("access"), "aws_secret_access_key": SecretStr("secret"),
    }  # fmt: skip
    converse = ChatBedrockConverse(model=MODEL, **account)
    by_schema = converse.with_structured_output(Review, method="json_schema").invoke(PROMPT)
    answers = {
        "converse": {**asked(converse), "by_schema": by_schema.model_dump()},
        "invoke": asked(ChatBedrock(model=MODEL, beta_use_converse_api=False, **account)),
    }
    sys.stdout.write(f"{json.dumps(answers)}\n")


main(sys.argv[1])
