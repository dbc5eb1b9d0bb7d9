"""jobs: what an operator sees of them and does to them from a terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from feedback.dispatch import flows
from feedback.messages.model import Message, message
from feedback.models import AuditEntry, Document, Job, User
from feedback.selectors.work.jobs import first_id_at
from feedback.services.operations import interventions
from tests.factories import people
from tests.factories.work import a_document, a_job, an_analysis

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

WHY = ("--reason", "a test", "--author", "opal")


def jobs(*words: str) -> str:
    out = StringIO()
    call_command("jobs", *words, stdout=out)
    return out.getvalue()


def listed(*words: str) -> set[str]:
    return {each["id"] for each in json.loads(jobs("list", *words, "--json"))["jobs"]}


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        jobs(*words)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)
    return str(error.value)


def failed(document: Document, **fields: Any) -> Job:
    ended = {
        "finished_at": timezone.now(),
        "problem": Message("broken"),
        "error": message("value_error", text="[no]"),
    }
    return a_job(document, state=Job.State.FAILED, **{**ended, **fields})


def a_failed_document(owner: User | None = None) -> tuple[Document, Job]:
    document = a_document(owner, state=Document.State.FAILED, problem=Message("unreadable"))
    return document, failed(document)


# Looking ----------------------------------------------------------------------------------------


def test_every_filter_leaves_what_it_names() -> None:
    ada, ben = people.student(email="ada@example.org"), people.student(email="ben@example.org")
    assignment = people.assignment()
    of_ada = a_job(a_document(ada, assignment=assignment))
    of_ben = failed(a_document(ben))
    call = Job.objects.filter(document=an_analysis(ben), kind="analyse").first()
    assert call is not None
    both_calls = {str(key) for key in Job.objects.filter(kind="analyse").values_list("pk", flat=True)}
    assert listed("--state", "failed") == {str(of_ben.pk)}
    assert listed("--state", "failed", "--state", "waiting", "--kind", "parse") == {
        str(of_ada.pk), str(of_ben.pk),
    }  # fmt: skip
    assert listed("--kind", "analyse") == both_calls
    assert listed("--upstream", "offline") == both_calls
    assert listed("--user", "ADA@example.org") == {str(of_ada.pk)}
    assert listed("--course", str(assignment.course)) == {str(of_ada.pk)}
    assert listed("--course", str(assignment.course.pk)) == {str(of_ada.pk)}
    assert len(listed("--newer", "1h")) == 4
    assert listed("--fingerprint", "0" * 12) == set()
    assert listed("--older", "1h") == set()
    assert len(listed("--limit", "2")) == 2


def test_failures_stand_by_fingerprint_and_one_of_them_starts_again(redis_client: object) -> None:
    document = a_document(state=Document.State.FAILED, problem=Message("unreadable"))
    job = failed(document, error=message("unavailable", text="no route to 10.0.0.1"))
    failed(a_document(state=Document.State.FAILED, problem=Message("unreadable")))
    found = json.loads(jobs("failures", "--json"))["failures"]
    (group,) = [each for each in found if each["code"] == "unavailable"]
    assert (group["jobs"], group["kinds"]) == (1, ["parse"])
    assert f"{group['fingerprint']}" in jobs("failures")
    assert "no route to 10.0.0.1" in jobs("failures")
    assert listed("--fingerprint", group["fingerprint"]) == {str(job.pk)}
    assert "1 jobs started again" in jobs("retry", "--fingerprint", group["fingerprint"][:8], *WHY)
    assert [each["code"] for each in json.loads(jobs("failures", "--json"))["failures"]] == ["value_error"]


def test_without_a_failure_it_says_so() -> None:
    assert jobs("failures").strip() == "No job is dead."


def test_age_goes_by_the_id() -> None:
    old = a_job(a_document(), id=first_id_at(timezone.now() - timedelta(days=2)))
    new = a_job(a_document())
    assert listed("--older", "1d") == {str(old.pk)}
    assert listed("--newer", "1d") == {str(new.pk)}
    assert listed("--newer", "3d", "--older", "36h") == {str(old.pk)}


def test_the_table_shows_what_went_wrong_and_that_there_is_more() -> None:
    for _ in range(3):
        failed(a_document(people.student(email="ada[red]@example.org")) if not _ else a_document())
    output = jobs("list", "--limit", "2")
    assert "ValueError: [no]" in output
    assert "There are more" in output
    assert jobs("list", "--state", "running").strip() == "No such jobs."


def test_a_long_list_takes_no_more_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        a_job(a_document(assignment=people.assignment()))
    with django_assert_max_num_queries(2):
        jobs("list")


def test_show_tells_its_story() -> None:
    document, job = a_failed_document()
    interventions.retry(job, author="opal")
    output = jobs("show", str(job.pk))
    assert "Read the file: waiting" in output
    assert document.owner.email in output
    assert "Retried" in output
    data = json.loads(jobs("show", str(job.pk), "--json"))
    assert [event["kind"] for event in data["events"]] == ["retried"]
    assert data["job"]["state"] == "waiting"


def test_show_explains_what_a_call_waits_for() -> None:
    job = Job.objects.filter(document=an_analysis()).first()
    assert job is not None
    assert json.loads(jobs("show", str(job.pk), "--json"))["waits_for"]["state"] == "unknown"


def explained(job: Job) -> dict[str, Any]:
    out = StringIO()
    call_command("limiter", "explain", str(job.pk), "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_of_a_held_job_limiter_explain_says_what_show_says() -> None:
    held = a_job(a_document(), state=Job.State.HELD, upstream="offline")
    shown = json.loads(jobs("show", str(held.pk), "--json"))["waits_for"]
    output = explained(held)
    assert output["upstream"] == "offline"
    assert output["state"] == shown["state"] == "held"
    assert output["ahead_in_flow"] == shown["ahead_in_flow"]


def test_of_a_job_that_passes_no_limit_limiter_explain_says_its_state() -> None:
    job = failed(a_document())
    assert explained(job)["state"] == "failed"
    out = StringIO()
    call_command("limiter", "explain", str(job.pk), stdout=out)
    assert out.getvalue().strip() == "It is failed and waits for no upstream."


def test_what_a_student_wrote_is_not_shown() -> None:
    document = an_analysis()
    job = document.jobs.first()
    assert job is not None
    assert "pollinate" not in jobs("show", str(job.pk)) + jobs("list") + jobs("list", "--json")


# Changing ---------------------------------------------------------------------------------------


def test_a_failed_document_starts_again_and_that_is_kept() -> None:
    document, job = a_failed_document()
    assert "1 jobs started again." in jobs("retry", str(job.pk), *WHY)
    document.refresh_from_db()
    assert document.state == Document.State.RECEIVED
    entry = AuditEntry.objects.get(kind="job")
    assert (entry.who, entry.what, entry.subject, entry.reason) == ("opal", "retried", str(job.pk), "a test")
    assert (entry.before, entry.after) == ({"state": "failed"}, {"state": "waiting", "jobs": 1})


def test_retry_by_filter_takes_what_can_be_retried_only() -> None:
    ben = people.student(email="ben@example.org")
    _, of_ben = a_failed_document(ben)
    _, of_another = a_failed_document()
    waits = a_job(a_document(ben))
    data = json.loads(jobs("retry", "--user", "ben@example.org", "--json", *WHY))
    assert data["jobs"] == {str(of_ben.pk): 1}
    states = dict(Job.objects.values_list("pk", "state"))
    assert (states[of_another.pk], states[waits.pk]) == ("failed", "waiting")


def test_what_had_moved_on_is_reported_and_not_kept() -> None:
    job = a_job(a_document())
    assert "0 jobs started again. 1 needed nothing" in jobs("retry", str(job.pk), *WHY)
    assert not AuditEntry.objects.filter(kind="job").exists()


def test_a_dry_run_changes_nothing() -> None:
    _, job = a_failed_document()
    assert str(job.pk) in jobs("retry", "--state", "failed", "--dry-run", *WHY)
    assert str(job.pk) in jobs("retry", str(job.pk), "--dry-run", *WHY)
    job.refresh_from_db()
    assert job.state == "failed"


def test_a_cancelled_section_lets_the_document_go_on() -> None:
    document = an_analysis()
    for job in document.jobs.all():
        assert "1 jobs cancelled." in jobs("cancel", str(job.pk), *WHY)
    document.refresh_from_db()
    assert document.state == Document.State.CANCELLED
    kept = AuditEntry.objects.filter(kind="job", what="cancelled")
    assert [entry.before for entry in kept] == [{"state": "waiting"}] * 2


def test_a_document_ends_where_nothing_can_follow() -> None:
    document = a_document()
    job = a_job(document)
    jobs("cancel", "--user", document.owner.email, *WHY)
    document.refresh_from_db()
    job.refresh_from_db()
    assert (document.state, job.state) == ("cancelled", "cancelled")
    assert "0 jobs cancelled." in jobs("cancel", str(job.pk), *WHY)


def test_a_notice_is_cancelled_alone() -> None:
    document = a_document(state=Document.State.COMPLETE)
    notice = a_job(document, kind=Job.Kind.DELIVER, queue="deliver", flow=flows.flow_of(document.owner))
    jobs("cancel", str(notice.pk), *WHY)
    document.refresh_from_db()
    notice.refresh_from_db()
    assert (document.state, notice.state) == ("complete", "cancelled")


# What can't be ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("list", "--state", "lost"), "lost"),
        (("list", "--kind", "dance"), "dance"),
        (("list", "--older", "yesterday"), "expected a number and a unit, as 30m, 2h or 7d"),
        (("list", "--newer", "99999999d"), "too long"),
        (("list", "--limit", "0"), "limit"),
        (("list", "--user", "nobody@example.org"), "Nobody has the e-mail address"),
        (("list", "--course", "Dancing"), "There is no course 'Dancing'."),
        (("show", "abc"), "There is no job 'abc'."),
        (("retry", "abc", *WHY), "There is no job 'abc'."),
        (("retry", *WHY), "say with filters"),
        (("cancel", "abc", "--state", "waiting", *WHY), "not both"),
        (("cancel", "abc"), "reason"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_what_cannot_be_is_one_line(words: tuple[str, ...], part: str) -> None:
    assert part in refused(*words)


def test_solo_starts_nothing_again_from_another_process(settings: Any) -> None:
    settings.LIMITER_BACKEND = "memory"
    assert "serving process" in refused("retry", "--state", "failed", *WHY)


# Purging ----------------------------------------------------------------------------------------


def test_jobs_of_documents_that_are_over_their_time_are_purged_with_them(settings: Settings) -> None:
    settings.RETAIN_DAYS = {"documents": 30}
    old = a_document(state=Document.State.COMPLETE, finished_at=timezone.now() - timedelta(days=31))
    new = a_document(state=Document.State.COMPLETE, finished_at=timezone.now())
    for document in (old, new):
        a_job(document, state=Job.State.DONE, finished_at=document.finished_at)
    assert json.loads(jobs("purge", "--dry-run", "--json"))["rows"] == {"documents": 1}
    assert Job.objects.count() == 2
    assert "1 documents gone" in jobs("purge")
    assert [job.document_id for job in Job.objects.all()] == [new.pk]


def test_where_everything_is_kept_for_good_a_purge_is_refused(settings: Settings) -> None:
    settings.RETAIN_DAYS = {"documents": 0}
    assert "RETAIN_DOCUMENTS_DAYS" in refused("purge")
