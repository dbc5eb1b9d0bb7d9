"""Input tokens as the service itself counts them: a call over the network, never made at hand-in.

CountTokens takes the ids of some models only, and reports conflict on whether it takes those of inference
profiles, so the caller knows which id it takes. It costs nothing, and has a quota of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..prompting.estimate import estimate_tokens

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

# Members of its `converse` input (botocore's model of bedrock-runtime); it knows no other.
COUNTED = ("messages", "system", "toolConfig", "additionalModelRequestFields")


def count_tokens(client: BedrockRuntimeClient, model_id: str, arguments: Mapping[str, Any]) -> int:
    """Of a converse_stream's arguments; what a schema in outputConfig adds is estimated, as it can't be sent.

    Raises what boto3 raises (errors.RAISED).
    """
    counted: Any = {name: arguments[name] for name in COUNTED if name in arguments}
    answer = client.count_tokens(modelId=model_id, input={"converse": counted})
    return int(answer["inputTokens"]) + estimate_tokens(_schema_of(arguments))


def _schema_of(arguments: Mapping[str, Any]) -> str:
    match arguments:
        case {"outputConfig": {"textFormat": {"structure": {"jsonSchema": {"schema": str(schema)}}}}}:
            return schema
    return ""
