"""The answer of a model, as feedback that can be trusted in shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..base import (
    Comment,
    CriterionLevel,
    FeedbackOutput,
    MalformedAnswer,
    Request,
    SummaryRequest,
    TokenUsage,
)
from .generous import fields_in

Item = TypeVar("Item", bound=BaseModel)


def read_answer(texts: Sequence[str], request: Request, usage: TokenUsage) -> FeedbackOutput:
    """Validate an answer, or save what is whole in it.

    `texts` are all places where it may stand, the likeliest first: each call of the tool, then the text.
    Raises MalformedAnswer, with what the call has spent, where nothing useful is whole in any: no comment
    for a section, neither comment nor summary for a document.
    """
    found = [answer for text in texts if (answer := _useful(text, request)) is not None]
    if not found:
        length = sum(map(len, texts))
        raise MalformedAnswer(f"Nothing usable in an answer of {length} characters.", usage=usage)
    return max(found, key=lambda each: len(each.comments))  # the first of equals


def salvage(text: str) -> FeedbackOutput:
    """Keep each part of a damaged answer that is whole and valid by itself; never raises."""
    return _valid_parts(fields_in(text).values)


def _useful(text: str, request: Request) -> FeedbackOutput | None:
    """The answer in a text: as it is where it is whole and valid, else what of it is of use by itself."""
    fields, whole = fields_in(text)
    if whole:
        try:
            return FeedbackOutput.model_validate(fields)
        except ValidationError:
            pass
    saved = _valid_parts(fields)
    enough = saved.comments or (saved.summary and isinstance(request, SummaryRequest))
    return saved if enough else None


def _valid_parts(fields: dict[str, Any]) -> FeedbackOutput:
    return FeedbackOutput(
        summary="".join(_strings([fields.get("summary")]))[:8000],
        strengths=_strings(fields.get("strengths"))[:20],
        next_steps=_strings(fields.get("next_steps"))[:20],
        comments=_valid(Comment, fields.get("comments"))[:100],
        levels=_valid(CriterionLevel, fields.get("levels"))[:50],
    )


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
