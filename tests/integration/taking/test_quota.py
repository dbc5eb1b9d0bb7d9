"""What a person may use, and what they used."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.dispatch import flows
from feedback.models import Document, Job, JobEvent, User
from feedback.selectors.accounts.usage import quota_renews_at, usage_of
from feedback.services.accounts import erasure
from limiter.models import FlowOverride
from tests.factories import reading
from tests.factories.work import an_analysis
from tests.people import signed_in


def used(document: Document, *, ago: timedelta = timedelta()) -> None:
    Job.objects.filter(document=document).update(
        input_tokens=100, output_tokens=20, attempt=1, started_at=timezone.now() - ago
    )


def test_calls_and_tokens_of_today_and_of_the_month(owner: User, document: Document) -> None:
    used(document)
    usage = usage_of(owner)
    assert (usage.today.calls, usage.today.tokens) == (3, 360)
    assert usage.month.tokens == 360
    used(document, ago=timedelta(days=40))
    assert usage_of(owner).month.calls == 0


def test_deleting_gives_nothing_back(owner: User, document: Document) -> None:
    used(document)
    erasure.delete_document(document, by=owner)
    assert usage_of(owner).today.tokens == 360


def test_others_use_their_own(owner: User, outsider: User, document: Document) -> None:
    used(document)
    assert usage_of(outsider).today.calls == 0


def test_what_is_in_line_is_counted(owner: User) -> None:
    document = an_analysis(owner)
    first = document.sections.first()
    assert first is not None
    reading.running(reading.job_of(first))
    usage = usage_of(owner)
    assert (usage.in_line, usage.in_flight) == (1, 1)


def test_the_page_says_how_much_of_the_limit_is_used(owner: User, document: Document) -> None:
    used(document)
    FlowOverride.objects.create(flow=flows.flow_of(owner), tokens_per_day=1000)
    page = signed_in(owner).get(reverse("quota")).content.decode()
    assert "<strong>360</strong> of 1,000 tokens are used." in page
    assert 'value="36"' in page
    assert "Nothing is lost." in page


def test_each_upstream_counts_a_day_of_its_own(owner: User, document: Document) -> None:
    used(document)
    Job.objects.filter(pk=Job.objects.filter(document=document).latest("pk").pk).update(upstream="bedrock")
    FlowOverride.objects.create(flow=flows.flow_of(owner), tokens_per_day=1000)
    page = signed_in(owner).get(reverse("quota")).content.decode()
    assert "Automatic feedback: <strong>240</strong> of 1,000 tokens are used." in page
    assert "bedrock: <strong>120</strong> of 1,000 tokens are used." in page
    limits = usage_of(owner).limits
    assert quota_renews_at(owner, upstream="offline", tokens=800, limits=limits)
    assert quota_renews_at(owner, upstream="bedrock", tokens=800, limits=limits) is None


def test_a_run_that_another_followed_is_counted(owner: User, document: Document) -> None:
    used(document)
    job = Job.objects.filter(document=document).latest("pk")
    JobEvent.objects.create(job=job, kind=JobEvent.Kind.AGAIN, attempt=1, detail={"input": 30, "output": 5})
    assert (usage_of(owner).today.tokens, usage_of(owner).today.in_vain) == (395, 35)


def test_what_failed_work_took_is_named(owner: User, document: Document) -> None:
    used(document)
    assert "went into calls that failed" not in signed_in(owner).get(reverse("quota")).content.decode()
    reading.failed(Job.objects.filter(document=document).latest("pk"))
    assert usage_of(owner).today.in_vain == 120
    page = signed_in(owner).get(reverse("quota")).content.decode()
    assert "120 of them went into calls that failed or were stopped" in page


def test_without_a_limit_it_says_that_there_is_none(owner: User) -> None:
    FlowOverride.objects.all().delete()
    page = signed_in(owner).get(reverse("quota")).content.decode()
    assert "tokens are used" in page


def test_a_suspension_is_shown(owner: User) -> None:
    FlowOverride.objects.create(flow=flows.flow_of(owner), suspended=True)
    assert "Your account is suspended" in signed_in(owner).get(reverse("quota")).content.decode()


def test_without_a_session_the_answer_is_to_sign_in(client: Client) -> None:
    assert client.get(reverse("quota"))["Location"].startswith(reverse("login"))
