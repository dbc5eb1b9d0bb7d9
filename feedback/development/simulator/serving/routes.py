"""Routes of the simulator: the API that a request is for."""

from __future__ import annotations

import re

from feedback.development.simulator import bedrock, openai
from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.account.service import Service
from feedback.development.simulator.account.situations import Situation, situation_error
from feedback.development.simulator.bedrock.errors import error_reply
from feedback.development.simulator.openai.errors import error_reply as openai_error_reply
from feedback.development.simulator.openai.request import read_chat

from .api import Api, Reply
from .http import Request

_MODEL = re.compile(r"/model/(.+)/(converse|converse-stream|invoke|invoke-with-response-stream|count-tokens)")
_OPENAI = "/v1/"


def route(request: Request, service: Service) -> Api | Reply:
    """What the request asks for, or at once the reply to it. Raises ServiceError."""
    if request.path.startswith(_OPENAI):
        return _openai(request, service)
    match = _MODEL.fullmatch(request.path)
    if match is None or request.method != "POST":
        raise ServiceError(ErrorName.RESOURCE_NOT_FOUND, "There is no such operation.")
    bedrock.check_signature(request.headers, service.settings)
    model, operation = match[1], match[2]
    if operation == "count-tokens":
        service.refuse_model(model)
        return bedrock.count_tokens(model, request.body, service.abilities(model))
    if not service.abilities(model).on_demand and not bedrock.is_profile(model):
        raise situation_error(Situation.NEEDS_PROFILE, model=model)
    streams = operation in ("converse-stream", "invoke-with-response-stream")
    if operation.startswith("invoke"):
        return bedrock.Invoke(model, request.headers, request.body, streams=streams)
    return bedrock.Converse(model, request.body, streams=streams)


def _openai(request: Request, service: Service) -> Api | Reply:
    openai.check_key(request.headers, service.settings)
    rest = request.path.removeprefix(_OPENAI)
    match request.method, rest.partition("/"):
        case "POST", ("chat", "/", "completions"):
            return openai.Chat(read_chat(request.body))
        case "GET", ("models", "", ""):
            return openai.listed_models(service.settings)
        case "GET", ("models", "/", name):
            return openai.one_model(service.settings, name)
    raise ServiceError(
        ErrorName.RESOURCE_NOT_FOUND, f"Invalid URL ({request.method} {request.path})", code="not_found"
    )


def failure(request: Request, error: ServiceError) -> Reply:
    """A request that reached no operation, as its API says that."""
    return openai_error_reply(error) if request.path.startswith(_OPENAI) else error_reply(error)
