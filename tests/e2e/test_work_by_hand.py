"""What an operator does to jobs and documents in a browser, one from its page or several from a list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import redis
from django.db.models import Model
from playwright.sync_api import Locator, Page, expect

from feedback.dispatch import job_queue
from feedback.messages.model import message
from feedback.models import AuditEntry, Document, Job, User
from feedback.services.accounts import roles
from limiter.configuration.publication import reconcile_configuration
from limiter.gates import get_gate
from tests.e2e.desk import open_at
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import reading, work
from tests.integration.admin.conftest import member

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WHY = "AWS is back"


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    work.a_simulated_upstream(max_in_flight=1)
    reconcile_configuration()


@pytest.fixture
def in_line(owner: User) -> list[Job]:
    """Two sections of one text wait, and the gate knows of both."""
    jobs = list(work.an_analysis(owner, upstream="simulated").jobs.order_by("pk"))
    for job in jobs:
        job_queue.enqueue(job)
    return jobs


def a_failed_job(owner: User, text: str = "no route", *, code: str = "unavailable") -> Job:
    job = reading.job_of(reading.a_split_document(owner, sections=1).sections.get())
    reading.failed(job)
    Job.objects.filter(pk=job.pk).update(error=message(code, text=text), outcome="failure")
    return job


def verbs(desk: Page) -> Locator:
    return desk.get_by_role("form", name="What can be done").get_by_role("button")


def act(desk: Page, button: str, *, why: str = WHY) -> None:
    form = desk.get_by_role("form", name="What can be done")
    form.get_by_label("Why").fill(why)
    form.get_by_role("button", name=button, exact=True).click()


def chosen(desk: Page, site: Site, rows: Sequence[Model], action: str) -> None:
    """Something done to these rows of their list."""
    open_at(desk, site, f"feedback_{rows[0]._meta.model_name}_changelist")
    for row in rows:
        desk.locator(f"input[name=_selected_action][value='{row.pk}']").check()
    desk.locator("select[name=action]").select_option(action)
    desk.get_by_role("button", name="Run").click()


def states(rows: Sequence[Job] | Sequence[Document]) -> set[str]:
    model = type(rows[0])
    return set(model.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True))


def kept(row: Model, what: str) -> AuditEntry:
    return AuditEntry.objects.get(what=what, kind=row._meta.verbose_name, subject=row.pk)


def test_a_failed_job_tells_its_story_and_starts_again(
    desk: Page, site: Site, owner: User, operator: User
) -> None:
    job = a_failed_job(owner, "<no route> to the model")
    open_at(desk, site, "feedback_job_change", job.pk)
    expect(desk.locator("pre.raw")).to_have_text("Unavailable: <no route> to the model")
    expect(verbs(desk)).to_have_text(["Try again"])
    act(desk, "Try again")
    expect(desk.get_by_text("Done: Try again.")).to_be_visible()
    expect(desk.locator(".timeline li").last).to_contain_text("Retried")
    expect(verbs(desk)).to_have_text(["Move to the front", "Cancel"])
    entry = kept(job, "retried")
    assert (states([job]), entry.who, entry.reason) == ({"waiting"}, operator.email, WHY)


def test_a_waiting_job_says_what_is_ahead_moves_to_the_front_and_is_cancelled(
    desk: Page, site: Site, owner: User, in_line: list[Job]
) -> None:
    more = list(work.an_analysis(owner, upstream="simulated", title="More").jobs.order_by("pk"))
    for job in more:
        job_queue.enqueue(job)
    (taken,) = get_gate().admit("simulated").leases
    first, _next, last = (job for job in in_line + more if str(job.pk) != taken.job)
    open_at(desk, site, "feedback_job_change", last.pk)
    expect(desk.locator(".told")).to_contain_text("It waits for simulated.")
    expect(desk.locator(".told")).to_contain_text("Ahead of it: 2 jobs of its own flow")
    act(desk, "Move to the front")
    expect(desk.get_by_text("Done: Move to the front.")).to_be_visible()
    expect(desk.locator(".told")).to_contain_text("Ahead of it: 0 jobs of its own flow")
    expect(desk.locator(".timeline li").last).to_contain_text("Moved to the front")
    act(desk, "Move to the front", why="")
    expect(desk.get_by_text("It is the first of its flow already")).to_be_visible()
    assert kept(last, "moved to the front").reason == WHY

    open_at(desk, site, "feedback_job_change", first.pk)
    act(desk, "Cancel", why="handed in twice")
    expect(desk.get_by_text("Done: Cancel.")).to_be_visible()
    expect(verbs(desk)).to_have_text(["Try again"])
    assert (states([first]), kept(first, "cancelled").reason) == ({"cancelled"}, "handed in twice")


def test_an_act_on_a_page_of_yesterday_is_refused_as_the_job_moved_on(
    desk: Page, site: Site, owner: User
) -> None:
    job = a_failed_job(owner)
    open_at(desk, site, "feedback_job_change", job.pk)
    reading.done(job)
    act(desk, "Try again")
    expect(desk.get_by_text("It had moved on meanwhile: nothing was changed.")).to_be_visible()
    assert not AuditEntry.objects.filter(what="retried").exists()


def test_several_jobs_are_started_again_moved_and_cancelled_from_their_list(
    desk: Page, site: Site, owner: User, in_line: list[Job]
) -> None:
    failed = [a_failed_job(owner), a_failed_job(owner)]
    chosen(desk, site, failed, "retry")
    expect(desk.get_by_text("2 jobs started again.")).to_be_visible()
    assert states(failed) == {"waiting"}
    chosen(desk, site, in_line[1:], "front")
    expect(desk.get_by_text("1 job moved to the front.")).to_be_visible()
    chosen(desk, site, in_line, "cancel")
    expect(desk.get_by_text("2 jobs cancelled.")).to_be_visible()
    assert states(in_line) == {"cancelled"}
    assert {kept(job, "cancelled").before["state"] for job in in_line} == {"waiting"}


def test_a_document_is_cancelled_and_started_again_from_its_page(
    desk: Page, site: Site, in_line: list[Job]
) -> None:
    document = in_line[0].document
    open_at(desk, site, "feedback_document_change", document.pk)
    act(desk, "Cancel", why="handed in twice")
    expect(desk.get_by_text("Done: Cancel.")).to_be_visible()
    assert (states([document]), states(in_line)) == ({"cancelled"}, {"cancelled"})
    act(desk, "Try again what failed or was cancelled")
    expect(desk.get_by_text("Done: Try again what failed or was cancelled.")).to_be_visible()
    expect(verbs(desk)).to_have_text(["Cancel"])
    assert (states([document]), states(in_line)) == ({"analysing"}, {"waiting"})
    assert (kept(document, "cancelled").reason, kept(document, "retried").reason) == ("handed in twice", WHY)


def test_several_documents_are_cancelled_and_started_again_from_their_list(
    desk: Page, site: Site, owner: User
) -> None:
    documents = [work.an_analysis(owner, upstream="simulated", title=title) for title in ("Bees", "Rivers")]
    chosen(desk, site, documents, "cancel")
    expect(desk.get_by_text("2 documents cancelled.")).to_be_visible()
    assert states(documents) == {"cancelled"}
    chosen(desk, site, documents, "retry")
    expect(desk.get_by_text("4 jobs of 2 documents started again.")).to_be_visible()
    assert states(documents) == {"analysing"}
    assert all(kept(document, "retried") for document in documents)


def test_all_that_died_of_one_cause_start_again_and_the_others_stay(
    desk: Page, site: Site, owner: User
) -> None:
    away = [a_failed_job(owner, str(number)) for number in (502, 503)]
    slow = [a_failed_job(owner, "no answer within 180 s", code="timed_out")]
    open_at(desk, site, "feedback_job_dead")
    causes = desk.locator(".cause")
    expect(causes).to_have_count(2)
    cause = causes.filter(has=desk.get_by_role("heading", name="Unavailable"))
    cause.get_by_label("Why").fill(WHY)
    cause.get_by_role("button", name="Try all again").click()
    expect(desk.get_by_text("2 jobs started again.")).to_be_visible()
    expect(causes).to_have_count(1)
    assert (states(away), states(slow)) == ({"waiting"}, {"failed"})
    assert {kept(job, "retried").reason for job in away} == {WHY}

    causes.get_by_role("link", name="All of this outcome").click()
    expect(desk.locator("input[name=_selected_action]")).to_have_count(1)
    expect(desk.get_by_role("link", name=str(slow[0].pk)[-12:])).to_be_visible()


def test_a_viewer_finds_no_verb_on_a_job_a_document_or_a_list(
    page: Page, site: Site, owner: User, in_line: list[Job]
) -> None:
    failed, document = a_failed_job(owner), in_line[0].document
    sign_in(page.context, site, member(roles.WATCHERS))
    for job in (failed, in_line[0]):
        open_at(page, site, "feedback_job_change", job.pk)
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        expect(verbs(page)).to_have_count(0)
    open_at(page, site, "feedback_document_change", document.pk)
    expect(page.get_by_text(document.title).first).to_be_visible()
    expect(verbs(page)).to_have_count(0)
    for name, row in (("feedback_job_changelist", failed), ("feedback_document_changelist", document)):
        open_at(page, site, name)
        expect(page.locator(f"a[href*='{row.pk}']").first).to_be_visible()
        expect(page.locator("select[name=action]")).to_have_count(0)
    open_at(page, site, "feedback_job_dead")
    expect(page.locator(".cause")).to_have_count(1)
    expect(page.get_by_role("button", name="Try all again")).to_have_count(0)
