"""A child that was ended from outside says nothing of the file: another attempt follows."""

from __future__ import annotations

import pytest

from feedback.documents import DocumentError, Interrupted, TooComplex
from feedback.pipeline.failure import failure_of
from limiter.jobs.execution import Execution


@pytest.mark.parametrize(("error", "again"), [(Interrupted(), True), (TooComplex(), False)])
def test_only_what_the_file_is_to_blame_for_is_final(error: DocumentError, again: bool) -> None:
    assert failure_of(error, Execution(id="run", job="job")).again is again
