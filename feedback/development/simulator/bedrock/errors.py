"""Errors as Bedrock writes them, with its words on a field that a model doesn't take."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.serving.api import Reply
from feedback.development.simulator.writing.abilities import Abilities, Feature
from feedback.development.simulator.writing.prompt import Prompt

# As people have reported them; without a report, the service's usual pattern for a field.
_BY_THE_MODEL = "The model returned the following errors: "
_BY_THE_SERVICE = "This model doesn't support the {field} field. Remove {field} and try again."
_CLAUDE: Mapping[Feature, str] = {
    Feature.TEMPERATURE: "`temperature` is deprecated for this model.",  # cline #10572
    Feature.TOP_P: "`top_p` is deprecated for this model.",
    # langchain-aws #1273
    Feature.FORCED_TOOL: 'tool_choice: type "tool" and "any" are not supported for this model.',
    Feature.STRICT: "tools.0.custom.strict: Extra inputs are not permitted",  # litellm #31582
    Feature.JSON_SCHEMA: "output_config.format: Extra inputs are not permitted",
    Feature.EFFORT: "output_config.effort: Extra inputs are not permitted",
    Feature.CACHE_HOUR: "cache_control.ephemeral.ttl: Extra inputs are not permitted",
}
_FIELDS: Mapping[Feature, str] = {
    Feature.TEMPERATURE: "inferenceConfig.temperature",
    Feature.TOP_P: "inferenceConfig.topP",
    Feature.FORCED_TOOL: "toolConfig.toolChoice.any",  # strands-agents/harness-sdk #1241
    Feature.STRICT: "toolConfig.tools.0.toolSpec.strict",
    Feature.JSON_SCHEMA: "outputConfig.textFormat",
    Feature.EFFORT: "outputConfig.effort",
}
_NO_CACHE = "You invoked an unsupported model or your request did not allow prompt caching."  # litellm #39210
_OTHER: Mapping[Feature, str] = {
    Feature.TOOLS: "This model doesn't support tool use.",
    Feature.CACHE_HOUR: "Extended TTL prompt caching is only supported for Anthropic models",
    Feature.OPTIMIZED: "Latency performance configuration is not supported for this model.",
}


def refused_feature(feature: Feature, model: str) -> ServiceError:
    if feature is Feature.CACHE:
        return ServiceError(ErrorName.ACCESS_DENIED, _NO_CACHE)
    if "anthropic" in model and feature in _CLAUDE:
        return ServiceError(ErrorName.VALIDATION, _BY_THE_MODEL + _CLAUDE[feature])
    if feature in _OTHER:
        return ServiceError(ErrorName.VALIDATION, _OTHER[feature])
    return ServiceError(ErrorName.VALIDATION, _BY_THE_SERVICE.format(field=_FIELDS[feature]))


def refused_tier(tier: str) -> ServiceError:
    """The first is reported (envoyproxy/ai-gateway #1749), the second is our own wording."""
    message = (
        "Reservation not found."
        if tier == "reserved"
        else f"Service tier {tier} is not supported for this model."
    )
    return ServiceError(ErrorName.VALIDATION, message)


def refused_length(prompt: Prompt, abilities: Abilities) -> ServiceError:
    """vercel/ai #2772 for the longest answer; API error codes of the user guide for the context."""
    longest = abilities.longest_answer
    if longest is not None and (prompt.max_tokens or 0) > longest:
        return ServiceError(
            ErrorName.VALIDATION,
            f"The maximum tokens you requested exceeds the model limit of {longest}. "
            f"Try again with a maximum tokens value that is lower than {longest}.",
        )
    return ServiceError(ErrorName.VALIDATION, "Input is too long for requested model.")


def request_headers(content_type: str) -> dict[str, str]:
    return {"content-type": content_type, "x-amzn-requestid": str(uuid.uuid4())}


def error_reply(error: ServiceError) -> Reply:
    headers = {
        **request_headers("application/json"),
        "x-amzn-errortype": f"{error.name}:http://internal.amazon.com/coral/com.amazon.bedrock/",
    }
    if error.retry_after is not None:
        headers["retry-after"] = error.retry_after
    return Reply(error.status, headers, json.dumps({"message": error.message}).encode())
