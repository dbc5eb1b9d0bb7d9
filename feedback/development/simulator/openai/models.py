"""GET /v1/models and /v1/models/{id}."""

from __future__ import annotations

import json
from typing import Any

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.account.settings import SimulatorSettings
from feedback.development.simulator.serving.api import JSON, Reply

DEFAULT = "simulated"  # any other name is answered too


def listed_models(settings: SimulatorSettings) -> Reply:
    names = [name for name in settings.models if not set("*?[") & set(name)] or [DEFAULT]
    listed = [_model(name, settings) for name in names if name not in settings.unknown_models]
    return Reply(200, JSON, json.dumps({"object": "list", "data": listed}).encode())


def one_model(settings: SimulatorSettings, name: str) -> Reply:
    """Raises ServiceError."""
    if name in settings.unknown_models:
        raise unknown(name)
    return Reply(200, JSON, json.dumps(_model(name, settings)).encode())


def unknown(name: str) -> ServiceError:
    message = f"The model '{name}' does not exist or you do not have access to it."
    return ServiceError(ErrorName.RESOURCE_NOT_FOUND, message, code="model_not_found", param="model")


def _model(name: str, settings: SimulatorSettings) -> dict[str, Any]:
    described = {"id": name, "object": "model", "created": 1_767_225_600, "owned_by": "simulator"}
    able = settings.models.get(name)
    return {**described, "max_model_len": able.context} if able and able.context else described  # vLLM's
