"""API keys: any will do, unless the settings call it expired."""

from __future__ import annotations

from collections.abc import Mapping

from feedback.development.simulator.account.modelled import ErrorName, ServiceError
from feedback.development.simulator.account.settings import SimulatorSettings


def check_key(headers: Mapping[str, str], settings: SimulatorSettings) -> None:
    """Raises ServiceError."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        message = "You didn't provide an API key."
    elif key in settings.expired_keys:
        message = f"Incorrect API key provided: {key[:2]}***."
    else:
        return
    raise ServiceError(ErrorName.ACCESS_DENIED, message, status=401, code="invalid_api_key")
