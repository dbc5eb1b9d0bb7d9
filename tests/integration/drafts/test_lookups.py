"""The list of drafts is found by its index, however many drafts other people have."""

from __future__ import annotations

from django.db import connection
from uuid_utils.compat import uuid7

from feedback.models import Draft, User
from feedback.selectors.intake.drafts import drafts_of
from tests.factories import people


def test_a_persons_drafts_are_found_by_their_index(owner: User) -> None:
    others = [people.student() for _ in range(20)]
    Draft.objects.bulk_create(
        Draft(id=uuid7(), owner=person, title="On bees") for person in others for _ in range(100)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE feedback_draft")
    assert "draft_by_owner" in drafts_of(owner).explain()


def test_the_list_of_drafts_brings_no_bytes_and_no_texts(owner: User) -> None:
    content = {"text": "Bees " * 1000, "filename": "a.md", "data": b"x" * 99}
    draft = Draft.objects.create(id=uuid7(), owner=owner, **content)
    (listed,) = drafts_of(owner)
    assert listed == draft
    assert {"text", "data", "read_text"} <= listed.get_deferred_fields()
    assert (listed.size, len(listed.opening)) == (99, 160)  # type: ignore[attr-defined]
