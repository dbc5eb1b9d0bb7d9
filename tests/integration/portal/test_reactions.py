"""What a reader makes of a comment: taken, changed, taken back; and the figures that come of it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.urls import reverse

from feedback.models import Comment, Document, Feedback, Reaction, User
from feedback.providers.base import Comment as Remark
from feedback.providers.base import CommentKind, FeedbackOutput, Finished, TokenUsage
from feedback.selectors.teaching.quality import quality
from feedback.services.teaching import reactions
from feedback.services.work.feedback import record_feedback
from tests.factories import reading
from tests.people import signed_in

Verdict = Reaction.Verdict


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_read_document(owner, sections=1)


@pytest.fixture
def comment(document: Document) -> Comment:
    return Feedback.objects.get(section__document=document).comments.get(position=0)


def answer(user: User, comment: Comment, *, htmx: bool = False, **form: str) -> tuple[int, str]:
    address = reverse("react", args=[comment.feedback.document_id, comment.pk])
    headers = {"HX-Request": "true"} if htmx else {}
    given = signed_in(user).post(address, form, headers=headers)
    return given.status_code, given.content.decode()


def page_of(owner: User, document: Document) -> str:
    return signed_in(owner).get(reverse("document", args=[document.pk])).content.decode()


def test_each_comment_has_forms_of_its_own(owner: User, document: Document) -> None:
    shown, token = page_of(owner, document), 'name="csrfmiddlewaretoken" value="'
    for each in Comment.objects.filter(feedback__document=document):
        address = reverse("react", args=[document.pk, each.pk])
        assert shown.count(f'id="accept-{each.pk}"') == 1
        assert shown.count(f'action="{address}" hx-post="{address}"') == 2
    tokens = {part[:64] for part in shown.split(token)[1:]}
    assert len(tokens) == 1, "the page's own, everywhere"
    assert tokens.pop().isalnum()


@pytest.mark.parametrize("language", ["de", "en"])
def test_forms_to_answer_speak_the_readers_language(
    owner: User, document: Document, comment: Comment, language: str
) -> None:
    User.objects.update(language=language)
    assert ("Hilfreich" in page_of(owner, document)) is (language == "de")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("accepted", "You found this useful."),
        ("addressed", "You deal with it in your next draft."),
        ("dismissed", "Not for you."),
    ],
)
def test_an_answer_is_kept_and_shown(
    owner: User, document: Document, comment: Comment, verdict: str, words: str
) -> None:
    assert answer(owner, comment, verdict=verdict)[0] == 302
    assert comment.reactions.get().verdict == verdict
    assert words in page_of(owner, document)


def test_wrong_says_why(owner: User, document: Document, comment: Comment) -> None:
    answer(owner, comment, verdict="wrong", reason="  I do   name a source. ")
    assert comment.reactions.get().reason == "I do name a source."
    assert "You marked this as wrong: I do name a source." in page_of(owner, document)


@pytest.mark.parametrize(
    ("reason", "words"), [("", "what is wrong with it"), ("x" * 501, "at most 500 characters")]
)
def test_wrong_without_a_usable_reason_is_refused(
    owner: User, comment: Comment, reason: str, words: str
) -> None:
    status, part = answer(owner, comment, htmx=True, verdict="wrong", reason=reason)
    assert status == 200
    assert words in part
    assert 'role="alert"' in part
    assert not Reaction.objects.exists()


def test_an_answer_that_is_none_is_refused(owner: User, comment: Comment) -> None:
    assert "Choose one of the answers." in answer(owner, comment, htmx=True, verdict="perfect")[1]
    assert not Reaction.objects.exists()


def test_another_answer_takes_the_place_of_the_first(owner: User, comment: Comment) -> None:
    answer(owner, comment, verdict="wrong", reason="No.")
    answer(owner, comment, verdict="accepted")
    given = comment.reactions.get()
    assert (given.verdict, given.reason) == ("accepted", "")


def test_an_answer_is_taken_back(owner: User, comment: Comment) -> None:
    answer(owner, comment, verdict="accepted")
    part = answer(owner, comment, htmx=True)[1]
    assert not Reaction.objects.exists()
    assert "Mark as wrong" in part


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_the_owner_alone_answers(stranger: str, comment: Comment, request: pytest.FixtureRequest) -> None:
    assert answer(request.getfixturevalue(stranger), comment, verdict="accepted")[0] == 404
    assert not Reaction.objects.exists()


def test_a_comment_of_another_document_is_not_found(owner: User, comment: Comment) -> None:
    other = reading.a_read_document(owner, sections=1)
    address = reverse("react", args=[other.pk, comment.pk])
    assert signed_in(owner).post(address, {"verdict": "accepted"}).status_code == 404


def test_the_table_refuses_wrong_without_a_reason(owner: User, comment: Comment) -> None:
    with pytest.raises(IntegrityError):
        Reaction.objects.create(comment=comment, person=owner, verdict=Verdict.WRONG)


# Written again --------------------------------------------------------------------------------


def written_again(document: Document, message: str) -> Comment:
    """The full feedback takes the place of what stands, with one comment on the same words."""
    remark = Remark(kind=CommentKind.EVIDENCE, quote="It is clear that", message=message)
    output = FeedbackOutput(summary="Full.", strengths=[], next_steps=[], comments=[remark])
    job = reading.job_of(document.sections.get())
    Feedback.objects.filter(job=job).update(job=None)
    return record_feedback(job, Finished(output, TokenUsage(), "model")).comments.get()


def test_an_answer_stays_where_the_same_comment_takes_the_place_of_a_provisional_one(
    owner: User, document: Document, comment: Comment
) -> None:
    Feedback.objects.filter(pk=comment.feedback_id).update(provisional=True)
    reactions.react(comment, owner, "accepted")
    again = written_again(document, comment.message)
    assert again.pk != comment.pk
    assert [(each.person, each.verdict) for each in again.reactions.all()] == [(owner, "accepted")]
    assert "You found this useful." in page_of(owner, document)


def test_an_answer_goes_with_a_comment_that_is_not_made_again(
    owner: User, document: Document, comment: Comment
) -> None:
    reactions.react(comment, owner, "accepted")
    assert not written_again(document, "Say who counted.").reactions.exists()
    assert not Reaction.objects.exists()


# Figures --------------------------------------------------------------------------------------


def test_shares_are_of_those_that_somebody_answered(owner: User, document: Document) -> None:
    for number, remark in enumerate(Comment.objects.filter(feedback__document=document)):
        reactions.react(remark, owner, "wrong" if number else "accepted", "No.")
    reading.comment(Feedback.objects.get(section__isnull=False), document.sections.get(), "x", "Silent.", 9)
    (figures,) = quality()
    assert (figures.of, figures.comments) == ({"provider": "offline"}, 3)
    assert [figures.share(each) for each in Verdict] == [0.5, 0.0, 0.0, 0.5]


def test_without_an_answer_nothing_is_shown(document: Document) -> None:
    assert [figures.share(Verdict.ACCEPTED) for figures in quality()] == [None]


def test_figures_by_kind(owner: User, document: Document) -> None:
    praise = Comment.objects.get(feedback__document=document, kind="praise")
    reactions.react(praise, owner, "dismissed")
    by_kind = {each.of["kind"]: each for each in quality(by=("provider", "kind"))}
    assert by_kind["praise"].share(Verdict.DISMISSED) == 1.0
    assert by_kind["evidence"].reactions == 0


def test_what_a_new_draft_kept_is_counted_where_it_was_written(document: Document) -> None:
    Feedback.objects.update(since_revision=1)
    assert quality() == []
