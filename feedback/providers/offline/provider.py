"""The provider that needs no network and no model."""

from __future__ import annotations

from collections.abc import Iterator

from ..base import (
    Aborted,
    Accepted,
    Call,
    Delta,
    Estimate,
    Event,
    FeedbackOutput,
    Finished,
    Request,
    SectionRequest,
    SummaryRequest,
    TokenUsage,
)
from .document import review_document
from .section import review_section

MODEL = "offline-rules-3"
PIECE = 240  # characters of the answer in one delta


class OfflineProvider:
    """Feedback by rules. It holds and costs nothing; words read count as input tokens."""

    name = "offline"
    simulated = False
    model = version = MODEL

    def estimate(self, request: Request) -> Estimate:
        return Estimate(input_tokens=_words(request), max_tokens=0)

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        yield Accepted()
        output = _review(request)
        answer = output.model_dump_json()
        for start in range(0, len(answer), PIECE):
            if call.aborted:
                raise Aborted
            yield Delta(answer[start : start + PIECE])
        yield Finished(output, TokenUsage(input_tokens=_words(request)), MODEL)

    def close(self) -> None:
        """There is nothing to give back."""


def _review(request: Request) -> FeedbackOutput:
    return review_section(request) if isinstance(request, SectionRequest) else review_document(request)


def _words(request: Request) -> int:
    texts = [text for _, text in request.sections] if isinstance(request, SummaryRequest) else [request.text]
    return sum(len(text.split()) for text in texts)
