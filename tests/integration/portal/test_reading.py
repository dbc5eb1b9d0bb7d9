"""What a document's page says, in each of its states, and at what price in queries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.messages.model import message
from feedback.models import Assignment, Document, Feedback, User
from tests.factories import reading
from tests.factories.work import a_document
from tests.people import signed_in

BUDGET = 12  # queries a page


def page_of(owner: User, document: Document) -> str:
    return signed_in(owner).get(reverse("document", args=[document.pk])).content.decode()


def test_a_comment_and_its_passage_lead_to_each_other(owner: User) -> None:
    document = reading.a_read_document(owner, sections=1)
    remark = Feedback.objects.get(section__document=document).comments.get(position=0)
    page = page_of(owner, document)
    assert f'<a href="#note-{remark.pk}">It is clear that</a>' in page
    assert f'id="mark-{remark.pk}"' in page
    assert f'id="note-{remark.pk}"' in page
    assert f'href="#mark-{remark.pk}"' in page


def test_the_text_looks_as_it_was_handed_in_and_comments_stay_on_their_words(owner: User) -> None:
    document = reading.a_read_document(owner, sections=1)
    start = document.text.index("clear that they")
    document.emphasis = [[start, start + 15, "italic"], [start + 6, start + 10, "super"]]
    document.save(update_fields=["emphasis"])
    remark = Feedback.objects.get(section__document=document).comments.get(position=0)
    page = page_of(owner, document)
    mark = page.partition(f'id="mark-{remark.pk}"')[2]
    assert f'<a href="#note-{remark.pk}">It is </a></mark>' in mark
    assert "<em>clear </em></mark>" in mark
    assert "<sup><em>that</em></sup></mark><em> they</em> are declining" in mark


def test_a_text_with_markup_in_its_emphasis_is_text(owner: User) -> None:
    text = "<script>alert(1)</script> is what they wrote."
    document = reading.a_read_document(owner, sections=1)
    Document.objects.filter(pk=document.pk).update(text=text, headings=[], emphasis=[[0, 25, "strong"]])
    document.sections.update(end=len(text))
    assert "<strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong>" in page_of(owner, document)


def test_a_comment_without_a_passage_says_so(owner: User) -> None:
    document = reading.a_read_document(owner, sections=1)
    given = Feedback.objects.get(section__document=document)
    section = document.sections.get()
    reading.comment(given, section, "words that are not there", "Nowhere to be found.", 2)
    page = page_of(owner, document)
    assert "not tied to a passage" in page
    assert "words that are not there" in page


def test_what_was_written_is_shown_as_text_never_as_markup(owner: User) -> None:
    document = reading.a_read_document(owner, sections=1, title="<script>alert(1)</script>")
    given = Feedback.objects.get(section__document=document)
    given.comments.filter(position=0).update(message="<img src=x onerror=alert(1)>")
    page = page_of(owner, document)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"provider": "offline"}, "Automatic"),
        ({"provider": "bedrock", "simulated": True}, "Simulated"),
        ({"provider": "bedrock", "simulated": False}, "AI feedback"),
    ],
)
def test_every_answer_says_what_it_is(owner: User, fields: dict[str, Any], label: str) -> None:
    document = reading.a_read_document(owner, sections=1)
    Feedback.objects.update(**fields)
    assert len(re.findall(f'class="label [^>]*>{label}<', page_of(owner, document))) == 2


def test_rubric_levels_stand_on_the_assignments_scale(owner: User, assignment: Assignment) -> None:
    document = reading.a_read_document(owner, sections=1, assignment=assignment)
    Feedback.objects.filter(document=document, section=None).update(
        levels=reading.levels(("Argument", "Sound", "they pollinate crops"))
    )
    page = page_of(owner, document)
    assert '<li>Emerging</li><li class="reached">Sound</li><li>Convincing</li>' in page


def test_sections_in_line_say_how_many_of_ones_own_are_ahead(owner: User) -> None:
    page = page_of(owner, reading.a_split_document(owner, sections=3))
    assert "1 section of yours is ahead." in page
    assert "2 sections of yours are ahead." in page


def test_a_failed_section_says_what_happened_and_can_be_tried_again(owner: User) -> None:
    document = reading.a_read_document(owner)
    reading.failed(reading.job_of(document.sections.get(position=1)), message("service_slow"))
    page = page_of(owner, document)
    assert "took too long over this section" in page
    assert reverse("retry", args=[document.pk]) in page


def test_trying_again_puts_the_failed_section_back_in_line(owner: User) -> None:
    document = reading.a_read_document(owner)
    job = reading.job_of(document.sections.get(position=1))
    reading.failed(job)
    signed_in(owner).post(reverse("retry", args=[document.pk]))
    job.refresh_from_db()
    document.refresh_from_db()
    assert (job.state, document.state) == ("waiting", "analysing")


def test_cancelling_ends_a_document_and_its_jobs(owner: User) -> None:
    document = reading.a_split_document(owner)
    signed_in(owner).post(reverse("cancel", args=[document.pk]))
    document.refresh_from_db()
    assert document.state == Document.State.CANCELLED
    assert set(document.jobs.values_list("state", flat=True)) == {"cancelled"}
    assert "You stopped this." in page_of(owner, document)


def test_an_unreadable_file_is_explained(owner: User) -> None:
    document = a_document(owner, state=Document.State.FAILED, problem=message("no_text"))
    assert "This PDF holds pictures of pages but no text" in page_of(owner, document)


@pytest.mark.parametrize("name", ["document", "progress", "summary"])
def test_a_longer_document_costs_no_more_queries(owner: User, assignment: Assignment, name: str) -> None:
    client = signed_in(owner)

    def queries(sections: int) -> int:
        document = reading.a_read_document(owner, sections=sections, assignment=assignment)
        client.get(reverse(name, args=[document.pk]))  # what is cached for good is cached now
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name, args=[document.pk]))
        return len(captured)

    assert queries(2) == queries(200) <= BUDGET


def test_a_longer_list_costs_no_more_queries(owner: User) -> None:
    client = signed_in(owner)
    counts = []
    for _ in range(2):
        reading.a_read_document(owner)
        reading.a_split_document(owner, sections=5)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("home"))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= BUDGET


def test_the_form_keeps_to_its_budget(owner: User, assignment: Assignment) -> None:
    client = signed_in(owner)
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("submit"))
    assert len(captured) <= BUDGET


def test_no_page_asks_for_anything_inline(owner: User) -> None:
    answer = signed_in(owner).get(reverse("document", args=[reading.a_read_document(owner).pk]))
    page = answer.content.decode()
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)
    assert "unsafe" not in answer["Content-Security-Policy"]
