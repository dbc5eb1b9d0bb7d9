"""Documents over HTTP: handed in, listed in pages, read with offsets, deleted, by the rules of the pages."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from feedback.models import AccessDenial, Assignment, Course, Document, Job, Release, User
from tests.factories import people, reading
from tests.factories.work import a_document, a_job

from .calling import TEXT, Api, kind_of


def test_a_text_becomes_a_document(api: Api, owner: User) -> None:
    answer = api.post("documents", {"text": TEXT})
    assert answer.status_code == 201
    document = Document.objects.get()
    assert (document.owner, document.title) == (owner, "On bees")
    assert answer["Location"] == f"/api/v1/documents/{document.pk}"
    assert answer.json()["state"] == "received"
    assert bytes(document.upload.data).decode() == TEXT


def test_a_file_becomes_one_for_its_assignment(api: Api, assignment: Assignment) -> None:
    answer = api.upload("documents/file", "bees.md", TEXT.encode(), assignment=str(assignment.pk))
    assert answer.status_code == 201
    document = Document.objects.get()
    assert (document.title, document.assignment) == ("bees", assignment)
    assert answer["Location"] == f"/api/v1/documents/{document.pk}"


def test_without_a_key_the_same_text_twice_is_two_documents(api: Api) -> None:
    api.post("documents", {"text": TEXT})
    api.post("documents", {"text": TEXT})
    assert Document.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, "invalid"),
        ({"text": ""}, "invalid"),
        ({"text": " \n"}, "invalid"),
        ({"text": 5}, "invalid"),
        ({"text": TEXT, "title": "a" * 201}, "invalid"),
        ({"text": TEXT, "assignment": "none"}, "invalid"),
        ({"text": TEXT, "urgency": "yesterday"}, "invalid"),
        ({"text": TEXT, "assignment": str(uuid4())}, "refused"),
        ({"text": TEXT, "previous": str(uuid4())}, "refused"),
        ([], "invalid"),
        ("{", "malformed"),
        ('{"text": "\\ud800"}', "invalid"),
    ],
)
def test_what_cannot_be_is_a_problem(api: Api, body: object, kind: str) -> None:
    answer = api.post("documents", body)
    assert kind_of(answer) == kind
    assert not Document.objects.exists()


def test_what_nothing_can_store_goes(api: Api) -> None:
    assert api.post("documents", {"text": "On\x00 bees", "title": "A\x00b"}).status_code == 201
    assert Document.objects.get().title == "Ab"


@pytest.mark.parametrize(("name", "data"), [("essay.exe", b"text"), ("empty.docx", b""), ("essay", b"text")])
def test_a_hopeless_file_is_refused(api: Api, name: str, data: bytes) -> None:
    answer = api.upload("documents/file", name, data)
    assert kind_of(answer) == "refused"
    assert answer.json()["field"] == "file"


def test_a_file_that_is_too_large_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOAD_LIMIT_BYTES", 10)
    assert kind_of(api.upload("documents/file", "bees.txt", b"12345678901")) == "refused"


def test_a_course_that_is_over_takes_nothing(api: Api, assignment: Assignment) -> None:
    Course.objects.update(archived_at=timezone.now())
    assert kind_of(api.post("documents", {"text": TEXT, "assignment": str(assignment.pk)})) == "refused"


def test_nor_does_anothers_course_or_document(api: Api, outsider: User) -> None:
    elsewhere = people.assignment()
    theirs = reading.a_read_document(outsider)
    assert kind_of(api.post("documents", {"text": TEXT, "assignment": str(elsewhere.pk)})) == "refused"
    assert kind_of(api.post("documents", {"text": TEXT, "previous": str(theirs.pk)})) == "refused"


def test_as_much_waits_as_may(api: Api, owner: User, settings: object) -> None:
    from feedback.dispatch import flows
    from limiter.models import Plan
    from limiter.services import set_flow_policy

    plan = Plan.objects.create(name="narrow", in_line=1)
    set_flow_policy(flow=flows.flow_of(owner), changes={"plan": plan}, author="test", reason="a test")
    assert api.post("documents", {"text": TEXT}).status_code == 201
    answer = api.post("documents", {"text": TEXT})
    assert kind_of(answer) == "busy"
    assert int(answer["Retry-After"]) >= 5


# Reading ----------------------------------------------------------------------------------------


def test_the_list_comes_in_pages_without_gaps(api: Api, owner: User, outsider: User) -> None:
    mine = [str(a_document(owner, title=f"Text {number}").pk) for number in range(5)]
    a_document(outsider)
    seen, path = [], "documents?limit=2"
    while path:
        page = api.get(path).json()
        seen += [each["id"] for each in page["items"]]
        path = f"documents?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == mine[::-1]


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=%00", "limit=0", "limit=101", "show=x", "assignment=1"]
)
def test_a_question_that_cannot_be_is_a_problem(api: Api, query: str) -> None:
    assert kind_of(api.get(f"documents?{query}")) == "invalid"


def test_the_list_is_searched_and_narrowed(api: Api, owner: User) -> None:
    found = reading.a_read_document(owner, title="On bees and hives")
    a_document(owner, title="On trees", text="Nothing of them.")
    assert [each["id"] for each in api.get("documents?search=hives").json()["items"]] == [str(found.pk)]
    assert [each["id"] for each in api.get("documents?show=ready").json()["items"]] == [str(found.pk)]


def test_offsets_are_those_of_the_text(api: Api, owner: User) -> None:
    document = reading.a_read_document(owner)
    text = api.get(f"documents/{document.pk}/text").json()["text"]
    report = api.get(f"documents/{document.pk}/feedback").json()
    assert report["document"]["state"] == "complete"
    assert "".join(text[each["start"] : each["end"]] for each in report["sections"]) == text
    for section in report["sections"]:
        assert len(section["comments"]) == 2
        for comment in section["comments"]:
            assert section["text"][comment["start"] : comment["end"]] == comment["quote"]
    assert report["summary"]["summary"] == "A plain start that wants evidence."


def test_a_section_by_itself(api: Api, owner: User) -> None:
    document = reading.a_read_document(owner)
    listed = api.get(f"documents/{document.pk}/sections").json()
    assert [each["state"] for each in listed] == ["done", "done"]
    assert all(each["has_feedback"] for each in listed)
    alone = api.get(f"documents/{document.pk}/sections/{listed[0]['id']}").json()
    assert alone["summary"] == "Short and to the point."
    assert kind_of(api.get(f"documents/{document.pk}/sections/{uuid4()}")) == "not-found"


def test_work_that_waits_says_for_what(api: Api, owner: User) -> None:
    answer = api.get(f"documents/{reading.a_split_document(owner).pk}").json()
    assert answer["sections"] == {"waiting": 2}
    assert answer["wait"]["kind"] == "in_line"


def test_a_broken_file_says_so_in_the_readers_language(api: Api, owner: User) -> None:
    from feedback.messages.model import message

    document = a_document(owner, state=Document.State.FAILED, problem=message("broken"))
    english, german = (
        api.get(f"documents/{document.pk}", headers={"Accept-Language": language}).json()["problem"]
        for language in ("en", "de")
    )
    assert english["code"] == german["code"] == "broken"
    assert english["words"] != german["words"]


# Reviewed feedback ------------------------------------------------------------------------------------

WORDS = ("Say what makes it clear.", "A plain start that wants evidence.", "Plain words.", "Name a source.")
PLACES = ("documents", "documents/{}", "documents/{}/feedback", "documents/{}/sections", "jobs")


def everything(api: Api, document: Document) -> str:
    paths = [place.format(document.pk) for place in PLACES]
    paths += [f"documents/{document.pk}/sections/{each.pk}" for each in document.sections.all()]
    paths += [f"jobs/{job.pk}/explanation" for job in document.jobs.all()]
    return "".join(api.get(path).content.decode() for path in paths)


def test_nothing_of_reviewed_feedback_is_anywhere_before_its_release(
    api: Api, owner: User, assignment: Assignment, teacher: User
) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True)
    before = everything(api, document)
    assert not any(words in before for words in WORDS)
    assert api.get(f"documents/{document.pk}").json()["under_review"] is True
    release = Release.objects.create(document=document, by=teacher)
    after = everything(api, document)
    assert all(words in after for words in WORDS)
    Release.objects.filter(pk=release.pk).update(stands=False)
    assert not any(words in everything(api, document) for words in WORDS)


# Others, and what is done to documents ------------------------------------------------------------------


def test_anothers_document_is_as_good_as_none_and_counted(api: Api, outsider: User, owner: User) -> None:
    document = reading.a_read_document(outsider)
    job = document.jobs.all()[0]
    for path in (*PLACES[1:4], "documents/{}/text"):
        assert kind_of(api.get(path.format(document.pk))) == "not-found"
    for path in (
        f"documents/{document.pk}/cancel",
        f"documents/{document.pk}/retry",
        f"jobs/{job.pk}/cancel",
    ):
        assert kind_of(api.post(path)) == "not-found"
    assert kind_of(api.delete(f"documents/{document.pk}")) == "not-found"
    assert kind_of(api.get(f"jobs/{job.pk}")) == "not-found"
    assert AccessDenial.objects.get(user=owner, document=document).times >= 5


def test_a_teachers_token_reads_no_students_text(owner: User, assignment: Assignment, teacher: User) -> None:
    document = reading.a_read_document(owner, assignment=assignment)
    assert kind_of(Api.of(teacher).get(f"documents/{document.pk}")) == "not-found"


def test_a_document_is_deleted_for_good(api: Api, owner: User) -> None:
    document = reading.a_read_document(owner)
    assert api.delete(f"documents/{document.pk}").status_code == 204
    assert not Document.objects.exists()
    assert kind_of(api.get(f"documents/{document.pk}")) == "not-found"


def test_work_is_ended_and_started_again(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner)
    assert api.post(f"documents/{document.pk}/cancel").json()["state"] == "cancelled"
    assert kind_of(api.post(f"documents/{document.pk}/cancel")) == "nothing-to-do"
    assert api.post(f"documents/{document.pk}/retry").json()["state"] == "analysing"
    assert kind_of(api.post(f"documents/{document.pk}/retry")) == "nothing-to-do"


# Jobs -----------------------------------------------------------------------------------------------


def test_jobs_are_listed_and_explained(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner)
    page = api.get(f"jobs?document={document.pk}&state=waiting&limit=1").json()
    assert page["next"]
    rest = api.get(f"jobs?document={document.pk}&state=waiting&cursor={page['next']}").json()
    assert len(rest["items"]) == 1
    story = api.get(f"jobs/{page['items'][0]['id']}/explanation").json()
    assert story["job"]["state"] == "waiting"
    assert story["waits_for"]["state"] in ("waiting", "unknown")


def test_a_job_that_has_ended_waits_for_nothing(api: Api, owner: User) -> None:
    document = reading.a_read_document(owner)
    job = document.jobs.filter(kind=Job.Kind.ANALYSE)[0]
    assert api.get(f"jobs/{job.pk}/explanation").json()["waits_for"] is None


def test_one_section_is_cancelled_and_started_again(api: Api, owner: User) -> None:
    document = reading.a_split_document(owner)
    first, second = document.jobs.all()
    assert api.post(f"jobs/{first.pk}/cancel").json()["state"] == "cancelled"
    assert kind_of(api.post(f"jobs/{first.pk}/cancel")) == "nothing-to-do"
    second.refresh_from_db()
    assert second.state == Job.State.WAITING
    assert api.post(f"jobs/{first.pk}/retry").json()["state"] == "waiting"


def test_a_file_that_is_not_read_ends_its_document(api: Api, owner: User) -> None:
    document = a_document(owner)
    parse = a_job(document, kind=Job.Kind.PARSE)
    assert api.post(f"jobs/{parse.pk}/cancel").json()["state"] == "cancelled"
    document.refresh_from_db()
    assert document.state == Document.State.CANCELLED


# Quota ------------------------------------------------------------------------------------------------


def test_the_quota_is_that_of_the_page(api: Api, owner: User) -> None:
    reading.a_split_document(owner)
    answer = api.get("quota").json()
    assert answer["in_line"] == 2
    assert answer["today"] == {"calls": 0, "tokens": 0, "in_vain": 0}


def test_methods_that_an_address_does_not_take_are_a_problem(api: Api) -> None:
    answer = api.put("documents", {})
    assert kind_of(answer) == "method-not-allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
