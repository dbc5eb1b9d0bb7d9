"""Rows keep codes with arguments: old sentences became such, and no column is for new ones."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import override

from feedback.messages.model import Message, message
from feedback.messages.words import in_words
from feedback.models import Document, Draft, Job, Section
from feedback.models.messages import MessageField, MessagesField
from tests.factories.work import a_document, a_student, an_analysis

pytestmark = pytest.mark.django_db
parts = import_module("feedback.migrations.0036_sections_keep_their_part_as_numbers")
turn = import_module("feedback.migrations.0035_kept_sentences_become_messages")
PAGES = "This PDF has 1,200 pages; at most 500 can be read."
INVISIBLE = "2 invisible or control characters were removed."


def an_old_failure() -> Document:
    """As the release before wrote it."""
    document = a_document(state=Document.State.FAILED, problem_text=PAGES, warning_texts=[INVISIBLE, "Odd."])
    Document.objects.filter(pk=document.pk).update(warnings=None)
    return document


def test_an_old_row_is_read_in_the_language_of_its_reader() -> None:
    document = an_old_failure()
    turn.forwards(apps, None)
    document.refresh_from_db()
    assert in_words(document.problem) == PAGES
    assert [in_words(each) for each in document.warnings] == [INVISIBLE, "Odd."]
    with override("de"):
        assert in_words(document.problem) == (
            "Dieses PDF hat 1.200 Seiten; höchstens 500 können gelesen werden."
        )
        assert in_words(document.warnings[0]).startswith("2 unsichtbare")


def test_an_old_job_and_an_old_draft_are_read_too() -> None:
    job = an_analysis().jobs.first()
    assert job is not None
    Job.objects.filter(pk=job.pk).update(error_text="Throttled: slow down")
    draft = Draft.objects.create(owner=a_student(), read_problem_text=PAGES)
    turn.forwards(apps, None)
    job.refresh_from_db()
    draft.refresh_from_db()
    assert job.error == message("throttled", text="slow down")
    assert draft.read_problem == message("too_many_pages", pages=1_200, most=500)


def test_a_part_of_an_old_section_is_a_number() -> None:
    first, second = an_analysis().sections.order_by("position")
    Section.objects.filter(pk=first.pk).update(heading="Results (2 of 3)", heading_path=["Essay", "Results"])
    Section.objects.filter(pk=second.pk).update(heading="Of (2 of 3)", heading_path=["Of (2 of 3)"])
    parts.number_parts(apps, None)
    found = Section.objects.filter(pk__in=[first.pk, second.pk]).order_by("position")
    assert list(found.values_list("part", "parts")) == [(2, 3), (None, None)]


def test_the_way_back_writes_sentences() -> None:
    document = a_document(
        state=Document.State.FAILED,
        problem=message("too_many_pages", pages=1_200, most=500),
        warnings=(message("invisible", number=2),),
    )
    turn.backwards(apps, None)
    document.refresh_from_db()
    assert (document.problem_text, document.warning_texts) == (PAGES, [INVISIBLE])


def test_many_rows_are_turned_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [an_old_failure() for _ in range(5)]
    monkeypatch.setattr(turn, "ROWS", 2)
    turn.forwards(apps, None)
    turn.forwards(apps, None)  # as after a stop in the middle
    turned = Document.objects.filter(pk__in=[document.pk for document in documents])
    assert {document.problem for document in turned} == {message("too_many_pages", pages=1_200, most=500)}


@pytest.mark.parametrize("sentence", ["It went wrong.", Message("It went wrong.")])
def test_the_database_refuses_a_sentence(sentence: object) -> None:
    document = a_document()
    with pytest.raises(IntegrityError, match="document_problem_is_a_message"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(problem=sentence)


# Columns that hold more than a code, by what fills them.
TYPED = {  # by people
    "AlertReceiver.address", "AlertReceiver.name", "AlertReceiver.secret", "AlertRule.advice",
    "AccessToken.name", "Assignment.audience", "Assignment.instructions", "Assignment.title",
    "AuditEntry.reason",
    "BankedComment.message", "BankedComment.suggestion", "Course.name", "Criterion.description",
    "Criterion.levels", "Criterion.name", "Document.text", "Document.title", "Draft.filename",
    "Draft.read_text", "Draft.text", "Draft.title", "Edit.after", "Edit.before", "Edit.kept", "Edit.subject",
    "Reaction.reason", "Reading.note", "Release.note", "Section.heading_path", "Silence.why",
    "Upload.filename", "Webhook.name", "Webhook.url",
}  # fmt: skip
WRITTEN = {  # by a model or by the rules offline: the feedback itself
    "Comment.criterion", "Comment.message", "Comment.quote", "Comment.suggestion", "Feedback.cautions",
    "Feedback.levels", "Feedback.next_steps", "Feedback.strengths", "Feedback.summary",
}  # fmt: skip
QUOTED = {  # from another program: its own words
    "Delivery.error", "ErrorText.code", "ErrorText.text", "KeptAnswer.body", "LearntRefusal.error",
    "Notice.error",
}  # fmt: skip
NAMES = {  # keys, names, addresses, numbers
    "Assignment.allowed_upstreams", "AuditEntry.after", "AuditEntry.before", "AuditEntry.subject",
    "AuditEntry.who", "CacheEntry.cache_key", "CacheEntry.value", "Document.cuts", "Document.emphasis",
    "Document.headings", "KeptAnswer.key", "KeptAnswer.location",
    "Draft.cuts", "Draft.read_headings", "Drift.model", "Endpoint.address", "Endpoint.called_as",
    "Endpoint.credentials_profile", "Endpoint.credentials_role", "Endpoint.extra_fields",
    "Endpoint.guardrail", "Endpoint.key_variable", "ErrorText.classed_by", "Feedback.model",
    "Feedback.written_with",
    "Incident.acknowledged_by", "Incident.subject", "Invitation.email", "Job.model", "Job.scope",
    "Job.shares", "JobEvent.detail", "LanguageModel.count_tokens_id", "LanguageModel.model_id",
    "LanguageModel.name", "LanguageModel.sources", "LanguageModel.title", "LearntRefusal.model_id",
    "OutputBudget.model", "Price.model", "SchemaWarmth.model", "Silence.subject", "Silence.who",
    "User.email", "User.first_name", "User.last_name", "User.name", "User.password",
    "Webhook.previous_secret", "Webhook.secret", "WebhookDelivery.data",
}  # fmt: skip
SENTENCES = {
    "Incident.words",  # in English, as it was sent: its readers are operators
    "Section.heading",  # as its author wrote it, but for its part, which has numbers of its own
}
OF_THE_RELEASE_BEFORE = {
    "Document.problem_text", "Document.warning_texts", "Draft.read_problem_text", "Draft.read_warning_texts",
    "Job.error_text", "Job.problem_text",
}  # fmt: skip


def test_no_column_is_for_sentences_of_ours() -> None:
    """A new one holds a code or a message, or stands above with what fills it."""
    free = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("feedback").get_models()
        for field in model._meta.concrete_fields
        if not isinstance(field, MessageField | MessagesField)
        and (
            isinstance(field, models.TextField | models.JSONField)
            or (isinstance(field, models.CharField) and not field.choices and (field.max_length or 0) > 64)
        )
    }
    assert free == TYPED | WRITTEN | QUOTED | NAMES | SENTENCES | OF_THE_RELEASE_BEFORE
