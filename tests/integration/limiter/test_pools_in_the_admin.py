"""Pools: their order is chosen in the admin, each member's state stands in words, and they are dissolved."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.models import AuditEntry, User
from feedback.services.accounts import roles
from limiter.configuration.pools import Member
from limiter.gate import BreakerMode
from limiter.models import Pool
from limiter.operations.wording import member_in_words
from limiter.services import change_upstream, create_upstream, force_breaker, set_pool
from tests.factories import people
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db
BY: Any = {"author": "ann", "reason": "a test"}
ADD, LIST = "admin:limiter_pool_add", "admin:limiter_pool_changelist"


@pytest.fixture
def office(redis_client: redis.Redis) -> Client:
    for name in ("north", "south", "west"):
        create_upstream(name=name, values={"max_in_flight": 2}, **BY)
    return signed_in(people.operator())


def page_of(pool: str) -> str:
    return reverse("admin:limiter_pool_change", args=[pool])


def save(office: Client, address: str, *places: str, **fields: str) -> Any:
    order = {f"members_{number}": name for number, name in enumerate(places)}
    return office.post(address, {"reason": "the south is cheaper", **order, **fields})


def order_of(pool: str) -> list[str]:
    return [each.upstream_id for each in Pool.objects.get(name=pool).members.all()]


def test_a_pool_is_made_and_its_order_changed_with_what_was(office: Client) -> None:
    assert save(office, reverse(ADD), "north", "south", name="writing").status_code == 302
    assert save(office, page_of("writing"), "south", "", "north", line_share="0.5").status_code == 302
    assert order_of("writing") == ["south", "north"]
    changed, made = AuditEntry.objects.filter(kind="pool")
    assert made.after["members"] == ["north", "south"]
    assert (changed.before["members"], changed.after["members"]) == (["north", "south"], ["south", "north"])
    assert (changed.after["line_share"], changed.reason) == (0.5, "the south is cheaper")


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        (("north",), "at least two upstreams"),
        (("north", "north"), "each once"),
        (("north", "elsewhere"), "elsewhere"),
        (("west", "south"), "stands in the pool reading already"),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_the_field(
    office: Client, places: tuple[str, ...], sentence: str
) -> None:
    set_pool(name="reading", members=["south", "west"], **BY)
    answer = save(office, reverse(ADD), *places, name="writing")
    assert sentence in str(answer.context["adminform"].form.errors["members"])
    assert not Pool.objects.filter(name="writing").exists()


def test_a_change_without_a_reason_or_to_nonsense_is_refused(office: Client) -> None:
    set_pool(name="writing", members=["north", "south"], **BY)
    answer = save(office, page_of("writing"), "south", "north", reason="", line_share="7")
    assert set(answer.context["adminform"].form.errors) == {"reason", "line_share"}
    assert order_of("writing") == ["north", "south"]


def test_each_member_says_what_it_does_now(office: Client) -> None:
    set_pool(name="writing", members=["north", "south", "west"], **BY)
    change_upstream(upstream="north", changes={"paused": True}, **BY)
    force_breaker(upstream="south", mode=BreakerMode.FORCED_OPEN, **BY)
    page = office.get(page_of("writing")).content.decode()
    assert "paused: it takes nothing" in page
    assert "takes work; 0 in line" in page
    listed = office.get(reverse(LIST)).content.decode()
    assert "north → south → west" in listed


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (Member("a", shut=True, waiting=3, bound=None), "its breaker is open: it takes nothing; 3 in line"),
        (Member("a", shut=False, waiting=9, bound=9), "saturated: new work goes to the next"),
        (Member("a", shut=False, waiting=0, bound=1, probing=True), "is probing: it takes at most 1"),
        (Member("a", shut=False, waiting=2, bound=9), "takes work; 2 in line of at most 9"),
    ],
)
def test_a_state_in_words(seen: Member, words: str) -> None:
    assert words in member_in_words(seen, paused=False)


def test_a_pool_is_dissolved_with_a_reason(office: Client) -> None:
    set_pool(name="writing", members=["north", "south"], **BY)
    address = reverse("admin:limiter_pool_dissolve", args=["writing"])
    office.post(address, {"reason": " "})
    assert Pool.objects.exists()
    office.post(address, {"reason": "one is enough"})
    assert not Pool.objects.exists()
    entry = AuditEntry.objects.filter(kind="pool").first()
    assert entry is not None
    assert (entry.what, entry.before["members"], entry.after) == ("removed", ["north", "south"], {})


def test_a_viewer_sees_it_and_is_offered_nothing(office: Client) -> None:
    set_pool(name="writing", members=["north", "south"], **BY)
    watcher: User = member(roles.WATCHERS)
    page = signed_in(watcher).get(page_of("writing")).content.decode()
    assert "takes work; 0 in line" in page
    assert "Dissolve" not in page
    address = reverse("admin:limiter_pool_dissolve", args=["writing"])
    assert signed_in(watcher).post(address, {"reason": "curious"}).status_code == 403
    assert save(signed_in(watcher), page_of("writing"), "south", "north").status_code == 403
    assert order_of("writing") == ["north", "south"]


def test_the_list_asks_no_more_for_more_pools(office: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(reverse(LIST)).status_code == 200
        return len(seen)

    set_pool(name="writing", members=["north", "south"], **BY)
    few = queries()
    for number in range(3):
        names = [f"{word}-{number}" for word in ("first", "second")]
        for name in names:
            create_upstream(name=name, values={"max_in_flight": 2}, **BY)
        set_pool(name=f"pool-{number}", members=names, **BY)
    assert queries() == few <= 12
