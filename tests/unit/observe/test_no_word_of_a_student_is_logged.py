"""Errors quote what they failed on. What they quote does not reach the log."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from feedback.operations.observe import logs

ESSAY = "My grandmother kept bees behind the house, and every spring she let me hold the smoker."


@pytest.fixture
def lines() -> StringIO:
    return StringIO()


@pytest.fixture
def logger(lines: StringIO) -> logging.Logger:
    """A logger that writes its lines as production does."""
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=logs.rendered(as_json=True), foreign_pre_chain=logs.processors(with_time=True)
        )
    )
    logger = logging.Logger("feedback.test")
    logger.addHandler(handler)
    return logger


class Essay(BaseModel):
    words: int


def a_refused_value() -> Exception:
    with pytest.raises(ValidationError) as caught:
        Essay.model_validate({"words": ESSAY})
    return caught.value


DATABASE = 'null value in column "title" violates not-null constraint\nDETAIL:  Failing row contains ('

ERRORS = [
    a_refused_value(),
    ValueError(f"could not find {ESSAY!r} in the text"),
    ValueError(f'{DATABASE}{ESSAY}).\nCONTEXT:  SQL "{ESSAY}"'),
    KeyError(ESSAY),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_traceback_tells_the_place_and_not_the_words(
    logger: logging.Logger, lines: StringIO, error: Exception
) -> None:
    try:
        raise error
    except Exception:
        logger.exception("job %s failed", "17")
    line = json.loads(lines.getvalue())
    assert "grandmother" not in lines.getvalue()
    assert line["event"] == "job 17 failed"
    assert type(error).__name__ in line["exception"]
    assert "test_a_traceback_tells_the_place_and_not_the_words" in line["exception"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_nor_does_a_line_that_repeats_an_error(
    logger: logging.Logger, lines: StringIO, error: Exception
) -> None:
    logger.warning("job 17: %s", error)
    assert "grandmother" not in lines.getvalue()
    assert "job 17" in json.loads(lines.getvalue())["event"]


def test_the_cause_is_logged_with_its_own_words_cut(logger: logging.Logger, lines: StringIO) -> None:
    try:
        try:
            raise KeyError(ESSAY)
        except KeyError as cause:
            raise RuntimeError("the answer had no place") from cause
    except RuntimeError:
        logger.exception("failed")
    text = json.loads(lines.getvalue())["exception"]
    assert text.index("KeyError") < text.index("RuntimeError: the answer had no place")
    assert "grandmother" not in text


def test_what_a_run_is_about_stands_on_each_of_its_lines(logger: logging.Logger, lines: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job="j1", upstream="bedrock"):
        logger.info("started")
    line = json.loads(lines.getvalue())
    assert (line["job"], line["upstream"], line["level"], line["logger"]) == (
        "j1", "bedrock", "info", "feedback.test",
    )  # fmt: skip


def test_a_person_at_a_terminal_reads_a_line_without_the_ids() -> None:
    event = {
        "timestamp": "10:00:00", "level": "warning", "logger": "feedback.dispatch.job_queue",
        "event": "job j1 waits", "job": "j1", "trace": "0af7", "code": 404,
    }  # fmt: skip
    assert (
        logs.for_people(None, "", event)
        == "10:00:00 WARNING feedback.dispatch.job_queue: job j1 waits code=404"
    )
    text = logs.for_people(
        None, "", {"level": "error", "logger": "x", "event": "failed", "exception": "E: no"}
    )
    assert text == "ERROR   x: failed\nE: no"
