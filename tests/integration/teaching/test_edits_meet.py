"""Two teachers, or two tabs: nothing is written over unseen, and what was lost on the way comes again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Comment, Document, Feedback, Release, User
from feedback.services.teaching import editing
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(under_review: Document) -> Feedback:
    return under_review.feedback.get(section__position=0)


@pytest.fixture
def desk(teacher: User) -> Client:
    return signed_in(teacher)


def typed(given: Feedback, words: str, *, over: int, page: str) -> dict[str, Any]:
    return {f"summary-{given.pk}": words, f"version-{given.pk}": over, "page": page}


def post(desk: Client, given: Feedback, data: dict[str, Any], to: str = "save") -> dict[str, Any]:
    address = reverse(f"teaching-{to}", args=[given.document_id])
    return dict(desk.post(address, data, headers={"Accept": "application/json"}).json())


def test_what_another_tab_changed_meanwhile_is_a_conflict_that_shows_both(
    desk: Client, given: Feedback
) -> None:
    post(desk, given, typed(given, "First.", over=1, page="one"))
    answer = post(desk, given, typed(given, "Second.", over=1, page="two"))
    (clash,) = answer["clashes"]
    assert clash["stored"][f"summary-{given.pk}"] == "First."
    assert clash["typed"][f"summary-{given.pk}"] == "Second."
    given.refresh_from_db()
    assert given.summary == "First."
    post(desk, given, typed(given, "Second.", over=clash["version"], page="two"))
    given.refresh_from_db()
    assert given.summary == "Second.", "over what was seen"


def test_the_same_page_again_is_no_conflict_with_itself(desk: Client, given: Feedback) -> None:
    """Its first answer was lost: it knows the old version still."""
    post(desk, given, typed(given, "First.", over=1, page="one"))
    assert post(desk, given, typed(given, "First, and more.", over=1, page="one"))["clashes"] == []
    given.refresh_from_db()
    assert (given.summary, given.version) == ("First, and more.", 3)


def test_nothing_is_released_over_a_conflict(desk: Client, given: Feedback) -> None:
    post(desk, given, typed(given, "First.", over=1, page="one"))
    answer = post(desk, given, typed(given, "Second.", over=1, page="two"), to="release")
    assert len(answer["clashes"]) == 1
    assert not Release.objects.exists()
    page = desk.post(
        reverse("teaching-release", args=[given.document_id]), typed(given, "Mine.", over=1, page="two")
    )
    assert page.status_code == 409
    assert "Mine." in page.content.decode(), "what was typed is not lost"


def test_a_comment_that_was_taken_out_elsewhere_can_be_put_back_with_what_was_typed(
    desk: Client, teacher: User, given: Feedback
) -> None:
    comment = given.comments.get(position=0)
    key = comment.pk
    editing.remove_comment(comment, by=teacher)
    data = {f"message-{key}": "Who says so?", f"version-{key}": 1, "page": "one"}
    (clash,) = post(desk, given, data)["clashes"]
    assert clash["gone"]
    answer = post(desk, given, {**data, f"restore-{key}": "on", f"version-{key}": ""})
    assert answer["clashes"] == []
    assert Comment.objects.get(pk=key).message == "Who says so?"


def test_a_typed_grade_is_kept_and_hidden_until_the_release(
    desk: Client, owner: User, given: Feedback
) -> None:
    post(desk, given, {"grade": "B+", "note": "See me.", "page": "one"})
    assert "B+" in desk.get(reverse("teaching-review", args=[given.document_id])).content.decode()
    assert (
        "See me." not in signed_in(owner).get(reverse("document", args=[given.document_id])).content.decode()
    )
    desk.post(reverse("teaching-release", args=[given.document_id]), {})
    assert Release.objects.get().grade == "B+"


def test_after_signing_out_an_edit_is_refused_as_such(client: Client, given: Feedback) -> None:
    answer = client.post(
        reverse("teaching-save", args=[given.document_id]), {}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 401


# Comments of one's own ------------------------------------------------------------------------


def added(given: Feedback, **words: str) -> dict[str, Any]:
    key = uuid4()
    fields = {"new": given.pk, "message": "Which crops?", "kind": "evidence", "quote": "crops", **words}
    return {f"{name}-{key}": value for name, value in fields.items()} | {"page": "one"}


def test_a_comment_is_added_to_the_words_that_were_selected(desk: Client, given: Feedback) -> None:
    data = added(given, quote="they", before="It is clear that ")
    for _ in range(2):  # the second time because the first answer was lost
        assert post(desk, given, data)["clashes"] == []
    comment = given.comments.get(message="Which crops?")
    assert given.section is not None
    assert given.section.text[: comment.start].endswith("It is clear that ")
    assert comment.quote == "they"


def test_a_comment_without_words_is_none_yet(desk: Client, given: Feedback) -> None:
    post(desk, given, added(given, message=" "))
    assert given.comments.count() == 2


def test_comments_on_the_same_words_change_places(desk: Client, given: Feedback) -> None:
    data = added(given, quote="they pollinate crops")
    post(desk, given, data)
    praise, mine = given.comments.get(position=1), given.comments.get(message="Which crops?")
    assert praise.start == mine.start
    post(desk, given, {"move": f"up:{mine.pk}"})
    order = list(given.comments.filter(start=mine.start).order_by("position"))
    assert order == [mine, praise]


# Taking back ----------------------------------------------------------------------------------


def test_each_change_is_taken_back_the_last_one_first(desk: Client, teacher: User, given: Feedback) -> None:
    comment = given.comments.get(position=0)
    post(desk, given, {f"kind-{comment.pk}": "style"})
    post(desk, given, {f"summary-{given.pk}": "Other."})
    post(desk, given, {f"remove-{comment.pk}": "on"})
    undo = reverse("teaching-undo", args=[given.document_id])
    desk.post(undo)
    assert Comment.objects.get(pk=comment.pk).kind == "style"
    desk.post(undo)
    given.refresh_from_db()
    assert given.summary == "Short and to the point."
    desk.post(undo)
    assert Comment.objects.get(pk=comment.pk).kind == "evidence"
    answer = desk.post(undo, follow=True).content.decode()
    assert "There is nothing to take back." in answer


def test_what_somebody_changed_since_is_not_taken_back(desk: Client, teacher: User, given: Feedback) -> None:
    post(desk, given, {f"summary-{given.pk}": "Mine."})
    Feedback.objects.filter(pk=given.pk).update(summary="Theirs.")
    desk.post(reverse("teaching-undo", args=[given.document_id]))
    given.refresh_from_db()
    assert given.summary == "Theirs."


def test_what_is_typed_in_one_go_is_one_change(desk: Client, given: Feedback) -> None:
    for words in ("Sho", "Shorter", "Shorter still."):
        post(desk, given, {f"summary-{given.pk}": words})
    (edit,) = given.document.edits.all()
    assert (edit.before, edit.after) == ("Short and to the point.", "Shorter still.")
