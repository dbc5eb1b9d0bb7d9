"""From what the model wrote to feedback that can be trusted in shape."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from ..base import (
    Comment,
    CriterionLevel,
    FeedbackOutput,
    MalformedAnswer,
    Request,
    SummaryRequest,
    TokenUsage,
)

Item = TypeVar("Item", bound=BaseModel)


def read_answer(text: str, request: Request, usage: TokenUsage) -> FeedbackOutput:
    """Validate an answer, or save what is whole in it.

    Raises MalformedAnswer, with what the call has spent, where nothing useful is whole: no comment
    for a section, neither comment nor summary for a document.
    """
    try:
        return FeedbackOutput.model_validate_json(text)
    except ValidationError as error:
        saved = salvage(text)
        if saved.comments or (saved.summary and isinstance(request, SummaryRequest)):
            return saved
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise MalformedAnswer(f"Nothing usable in the answer: {problems[:3]}", usage=usage) from error


def salvage(text: str) -> FeedbackOutput:
    """Keep each part of a damaged answer that is whole and valid by itself; never raises."""
    fields = _readable_fields(text)
    return FeedbackOutput(
        summary="".join(_strings([fields.get("summary")]))[:8000],
        strengths=_strings(fields.get("strengths"))[:20],
        next_steps=_strings(fields.get("next_steps"))[:20],
        comments=_valid(Comment, fields.get("comments"))[:100],
        levels=_valid(CriterionLevel, fields.get("levels"))[:50],
    )


def _readable_fields(text: str) -> dict[str, Any]:
    """The object as far as it can be read, without the string that was being written."""
    try:
        fields = json.loads(text, strict=False)  # a raw line break in a string is forgiven
    except json.JSONDecodeError as error:
        fields = _before(text, error.pos)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
        return {}
    return fields if isinstance(fields, dict) else {}


def _before(text: str, fault: int) -> Any:
    """What stands before the end, or before the first fault."""
    sound = text[:fault]
    if text[fault:].strip():
        # A quotation mark that should have been escaped ends its string too early, and the fault comes
        # after it. Opened again, that string counts as unfinished, and from_json leaves it out.
        sound = sound.rstrip().removesuffix('"')
    try:
        return from_json(sound, allow_partial=True)
    except ValueError:
        return None


def _strings(values: object) -> list[str]:
    """The strings in a list; half of a surrogate pair, which no database takes, becomes a question mark."""
    strings = (value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
    return [value.encode(errors="replace").decode() for value in strings]


def _valid(model: type[Item], values: object) -> list[Item]:
    valid: list[Item] = []
    for value in values if isinstance(values, list) else ():
        try:
            valid.append(model.model_validate(value))
        except ValidationError:
            continue
    return valid
