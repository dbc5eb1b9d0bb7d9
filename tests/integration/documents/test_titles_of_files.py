"""A file without a title typed is called by its first heading once it was read, else by its name."""

from __future__ import annotations

import pytest

from feedback.models import Document, User
from feedback.services.intake import documents
from tests.people import owner

__all__ = ["owner"]

pytestmark = pytest.mark.django_db

HEADINGS = [[0, 7, 1, "On bees"]]


def read(owner: User, *, title: str = "", headings: list[list[object]]) -> str:
    handed = documents.Handed("essay_final2.md", b"On bees matter to us all, because they pollinate.")
    document = documents.submit(owner=owner, handed=handed, submission_key="k", title=title)
    documents.record_text(document, text="On bees\n\nThey matter.", headings=headings, warnings=[])
    return Document.objects.get(pk=document.pk).title


def test_its_first_heading_takes_the_place_of_the_files_name(owner: User) -> None:
    assert read(owner, headings=HEADINGS) == "On bees"


def test_without_a_heading_it_keeps_the_name_without_the_ending(owner: User) -> None:
    assert read(owner, headings=[]) == "essay_final2"


def test_a_title_that_was_typed_stays(owner: User) -> None:
    assert read(owner, title="Mine", headings=HEADINGS) == "Mine"
