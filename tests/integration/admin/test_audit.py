"""Each change with its author and the values before and after: kept by all that changes, never rewritten."""

from __future__ import annotations

import pytest
import redis
from django.db import IntegrityError, transaction
from django.urls import reverse

from feedback.models import AlertReceiver, AlertRule, AuditEntry, User
from feedback.services.operations import audit
from limiter.gate import BreakerMode
from limiter.services import create_plan, create_upstream, force_breaker
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def test_a_change_of_the_limits_is_kept_with_before_and_after(redis_client: redis.Redis) -> None:
    create_upstream(name="north", values={"max_in_flight": 2}, author="ann", reason="new")
    force_breaker(upstream="north", mode=BreakerMode.FORCED_OPEN, author="ben", reason="maintenance")
    changed, made = AuditEntry.objects.filter(subject="north")
    assert (made.who, made.what, made.after["max_in_flight"]) == ("ann", "made", 2)
    assert (changed.who, changed.what, changed.reason) == ("ben", "changed", "maintenance")
    assert (changed.before, changed.after) == ({"breaker_mode": "auto"}, {"breaker_mode": "forced_open"})


def test_what_was_refused_leaves_no_entry(redis_client: redis.Redis) -> None:
    with pytest.raises(Exception, match="weight"):
        create_plan(name="bad", values={"weight": -1}, author="ann", reason="a slip")
    assert not AuditEntry.objects.filter(subject="bad").exists()


def test_a_rule_changed_in_the_admin_is_kept(operator: User) -> None:
    rule = AlertRule.objects.get(name="throttled")
    signed_in(operator).post(
        reverse("admin:feedback_alertrule_change", args=[rule.pk]),
        {"name": "throttled", "signal": "throttle_rate", "threshold": "7", "for_seconds": "60",
         "severity": "warning"},
    )  # fmt: skip
    entry = AuditEntry.objects.get(kind="alert rule")
    assert entry.who == operator.email
    assert (entry.before["threshold"], entry.after["threshold"]) == (rule.threshold, 7.0)


def test_a_secret_is_never_kept(operator: User) -> None:
    fields = {"name": "hook", "kind": "webhook", "address": "https://example.edu/in", "secret": "s3cret"}
    signed_in(operator).post(reverse("admin:feedback_alertreceiver_add"), fields)
    assert AlertReceiver.objects.get().secret == "s3cret"
    entry = AuditEntry.objects.get(what="made", kind="alert receiver")
    assert entry.after["secret"] == audit.MASK
    assert "s3cret" not in str(entry.after)


def test_an_entry_is_neither_rewritten_nor_removed() -> None:
    entry = audit.record(author="ann", what="changed", kind="plan", subject="large")
    for attempt in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(who="ben"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()


def test_the_log_is_read_and_exported_and_holds_no_formula(operator: User) -> None:
    entry = audit.record(
        author="ann", what="changed", kind="plan", subject="large", before={"weight": 1}, after={"weight": 2},
        reason="=HYPERLINK(1)",
    )  # fmt: skip
    client = signed_in(operator)
    page = client.get(reverse("admin:feedback_auditentry_change", args=[entry.pk])).content.decode()
    assert '<th scope="row">weight</th><td>1</td><td>2</td>' in page
    answer = client.post(
        reverse("admin:feedback_auditentry_changelist"),
        {"action": "export", "_selected_action": [str(entry.pk)]},
    )
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in answer.content.decode()
