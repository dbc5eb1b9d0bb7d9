"""The log has one line for each document that ended, with how much feedback it has."""

from __future__ import annotations

import pytest

from feedback.services.intake import documents
from tests.factories.drafts import run_all
from tests.factories.work import an_analysis

pytestmark = pytest.mark.django_db(transaction=True)


def ends_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in caplog.messages if line.startswith("document ")]


def test_one_line_for_a_document_that_has_its_feedback(caplog: pytest.LogCaptureFixture) -> None:
    document = run_all(an_analysis())
    count = document.sections.count()
    (line,) = ends_in(caplog)
    assert line.startswith(f"document {document.pk} is complete: feedback on {count} of {count} sections in ")


def test_one_line_for_a_document_that_was_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    document = an_analysis()
    documents.cancel(document)
    assert not documents.cancel(document)
    (line,) = ends_in(caplog)
    assert line.startswith(f"document {document.pk} is cancelled: feedback on 0 of ")
