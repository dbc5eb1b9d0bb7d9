"""While the system holds an upstream, a student reads one calm line, and operators the cause."""

from __future__ import annotations

import pytest
import redis
from django.urls import reverse

from feedback.dispatch import upstreams
from feedback.models import Job, User
from feedback.operations.alerts.signals import readings
from feedback.operations.doctor.gate import gate
from feedback.operations.doctor.model import Level as Grade
from feedback.selectors.operations.figures import operations_now
from feedback.selectors.operations.health import Level, health_of
from feedback.selectors.work.expected import expected_start
from feedback.selectors.work.waiting import WaitKind, wait_of, waits_of
from limiter import services
from limiter.configuration.publication import reconcile_configuration
from limiter.models import Upstream
from tests.factories.work import an_analysis
from tests.people import operator, owner, signed_in

__all__ = ["operator", "owner"]
pytestmark = pytest.mark.django_db(transaction=True)

LINE = "The feedback service is being looked at."


@pytest.fixture(autouse=True)
def held(redis_client: redis.Redis) -> None:
    reconcile_configuration()
    services.hold(upstream="offline", cause="credentials_expired", reason="expired", generation=0)


def test_the_documents_page_says_it_once(owner: User) -> None:
    document = an_analysis(owner)
    page = signed_in(owner).get(reverse("document", args=[document.pk])).content.decode()
    assert page.count(LINE) == 1
    assert "operator" not in page


def test_every_selector_knows_it(owner: User) -> None:
    document = an_analysis(owner)
    wait = wait_of(document, Job.objects.filter(document=document))
    assert wait is not None
    assert (wait.kind, wait.held, wait.earliest_in) == (WaitKind.PAUSED, True, None)
    assert waits_of([document])[document.pk].held
    assert expected_start(owner, "offline").is_paused


def test_a_trial_in_between_changes_none_of_the_words(owner: User) -> None:
    Upstream.objects.filter(name="offline").update(held_until=None)
    document = an_analysis(owner)
    wait = wait_of(document, Job.objects.filter(document=document))
    assert wait is not None and wait.held


def test_the_dashboard_says_why_and_what_to_do(owner: User, operator: User) -> None:
    an_analysis(owner)
    health = health_of(operations_now())
    assert health.level is not Level.WELL
    page = signed_in(operator).get(reverse("admin:index")).content.decode()
    assert "its credentials have expired" in page


def test_one_signal_with_the_advice_of_its_cause() -> None:
    (reading,) = readings("upstream_held")
    assert (reading.subject, reading.value) == ("offline", 1.0)
    assert "its credentials have expired. Renew them" in reading.words
    services.resume(upstream="offline", author="ada", reason="renewed")
    assert readings("upstream_held") == []


def test_doctor_fails_with_the_advice() -> None:
    assert upstreams.default_upstream() == "offline"
    found = [each for each in gate() if each.level is Grade.FAIL]
    assert len(found) == 1
    assert "offline is held by itself" in found[0].found
    assert "Renew them" in found[0].advice
