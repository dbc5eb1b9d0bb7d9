"""A server's error in its own words, from whatever body it sends them in.

OpenAI wraps an object in `error`; vLLM has sent the object alone, Ollama a string, FastAPI a `detail`, and
Gemini's gateway a list of one. What a server echoes is cut off: texts and keys stay out of errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..base import Reply

SERVICE = "openai"
LONGEST = 2000  # characters of a text that are kept
# pydantic's reports on a request, which vLLM and FastAPI pass on, end with the part that they complain about.
_ECHO = re.compile(r"""['"]input['"]\s*:.*|\binput_value\s*=.*""", re.DOTALL)
_NO_CODES = ("", "none", "null", "error")


def reply_in(body: object, *, status: int = 0, secrets: Iterable[str] = ()) -> Reply:
    """What a body says. status is that of HTTP; 0 or 200, where the body knows better."""
    fields = _fields(body)
    reported = fields.get("message") or fields.get("detail") or fields.get("title") or ""
    text = reported if isinstance(reported, str) else _reports(reported)
    param = fields.get("param")
    if isinstance(param, str) and param.lower() not in _NO_CODES and param not in text:
        text = f"{text} (param: {param})"
    numbers = [_number(fields.get(name)) for name in ("code", "status")]
    if not 300 <= status <= 599:
        status = next((number for number in numbers if number), status)
    return Reply(SERVICE, without_echo(_code(fields), secrets), status, without_echo(text, secrets))


def without_echo(text: str, secrets: Iterable[str] = ()) -> str:
    """A text of an error that may be kept and shown: without the key, without what was sent."""
    for secret in secrets:
        text = text.replace(secret, "...")
    return _ECHO.sub("...", text)[:LONGEST]


def _fields(body: object) -> Mapping[str, Any]:
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return {"message": body.strip()}
    if not isinstance(body, dict):
        return {}
    match body.get("error"):
        case dict(error):
            return error
        case str(text):
            return {**body, "message": body.get("message") or text}
    return body


def _code(fields: Mapping[str, Any]) -> str:
    """The name of the error: the first of code and type that is a name (LiteLLM sends "429" and "None")."""
    for name in ("code", "type"):
        value = fields.get(name)
        if isinstance(value, str) and value.lower() not in _NO_CODES and not value.isdigit():
            return value[:100]
    return ""


def _number(value: object) -> int:
    """An HTTP status in a body: a number, or one in a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    return value if type(value) is int and 400 <= value <= 599 else 0


def _reports(reported: object) -> str:
    """FastAPI's list of what is wrong with which field, without the field's value."""
    match reported:
        case {"message": str(text)} | {"error": str(text)} | {"msg": str(text)}:
            return text
        case list():
            return "; ".join(_report(each) for each in reported if isinstance(each, dict))
    return ""


def _report(each: Mapping[str, Any]) -> str:
    place = each.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where}: {each.get('msg', '')}"
