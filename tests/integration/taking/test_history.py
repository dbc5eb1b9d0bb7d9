"""One's list: searched by words of title and text, filtered, and paged by key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.messages.model import Message
from feedback.models import Assignment, Document, User
from feedback.models.work.documents import Searchable
from feedback.selectors.intake.history import PER_PAGE, HistoryFilter, Show, listed
from tests.factories import reading
from tests.factories.work import a_document, an_analysis
from tests.people import signed_in


def found(user: User, **wanted: object) -> set[str]:
    return {each.title for each in listed(user, HistoryFilter(**wanted)).documents}  # type: ignore[arg-type]


@pytest.fixture
def three(owner: User) -> None:
    a_document(owner, state="complete", title="On bees", text="They pollinate crops.")
    a_document(owner, state="complete", title="Night buses", text="Über die Brücke fährt keiner.")
    a_document(owner, state="failed", problem=Message("no_text"), title="Bread prices", text="")


@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("bees", {"On bees"}),
        ("BEE", {"On bees"}),
        ("pollin crops", {"On bees"}),
        ("brücke", {"Night buses"}),
        ("bees buses", set()),
        ("", {"On bees", "Night buses", "Bread prices"}),
        ("'); DROP TABLE & | ! :* <->", set()),
        ("& | !", {"On bees", "Night buses", "Bread prices"}),
    ],
)
def test_words_of_title_and_text_are_found(owner: User, three: None, search: str, titles: set[str]) -> None:
    assert found(owner, search=search) == titles


def test_nothing_of_others_is_found(outsider: User, three: None) -> None:
    assert found(outsider, search="bees") == set()


def test_a_search_can_go_over_its_index(owner: User, three: None) -> None:
    """In a table of three rows Postgres reads them all; with that forbidden, it finds the index usable."""
    search = SearchQuery("pollinate", config="simple")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    matching = Document.objects.alias(words=Searchable("title", "text")).filter(words=search)
    assert "document_words" in matching.order_by().explain()


def test_states_assignments_and_days_narrow_the_list(
    owner: User, assignment: Assignment, three: None
) -> None:
    an_analysis(owner, title="In work")
    reading.a_read_document(owner, title="Reviewed", assignment=assignment, reviewed=True)
    old = a_document(owner, state="complete", title="Old")
    Document.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    assert found(owner, show=Show.OPEN) == {"In work"}
    assert found(owner, show=Show.TEACHER) == {"Reviewed"}
    assert found(owner, show=Show.ENDED) == {"Bread prices"}
    assert found(owner, show=Show.READY) == {"On bees", "Night buses", "Old"}
    assert found(owner, assignment=assignment.pk) == {"Reviewed"}
    day = timezone.now().date() - timedelta(days=30)
    assert found(owner, until=day) == {"Old"}
    assert "Old" not in found(owner, since=day)


def test_pages_follow_each_other_in_both_directions(owner: User) -> None:
    made = [a_document(owner, state="complete").pk for _ in range(2 * PER_PAGE + 5)][::-1]
    first = listed(owner, HistoryFilter())
    second = listed(owner, HistoryFilter(before=first.older))
    third = listed(owner, HistoryFilter(before=second.older))
    shown = [each.pk for page in (first, second, third) for each in page.documents]
    assert shown == made
    assert (first.newer, third.older) == (None, None)
    back = listed(owner, HistoryFilter(after=third.newer))
    assert [each.pk for each in back.documents] == [each.pk for each in second.documents]
    assert listed(owner, HistoryFilter(after=back.newer)).newer is None


@pytest.mark.parametrize(
    "query", ["before=yesterday", "show=everything", "assignment=1", "since=never", "q=%00", "page=x"]
)
def test_an_address_that_makes_no_sense_still_shows_the_list(owner: User, three: None, query: str) -> None:
    answer = signed_in(owner).get(f"{reverse('home')}?{query}")
    assert answer.status_code == 200
    assert "On bees" in answer.content.decode()


def test_where_nothing_is_found_it_says_so(owner: User, three: None) -> None:
    assert "Nothing found" in signed_in(owner).get(reverse("home"), {"q": "zebra"}).content.decode()


def test_what_is_with_the_teacher_says_so(owner: User, assignment: Assignment) -> None:
    reading.a_read_document(owner, assignment=assignment, reviewed=True)
    assert "With your teacher" in signed_in(owner).get(reverse("home")).content.decode()


def test_a_longer_list_costs_no_more_queries(owner: User, client: Client) -> None:
    client.force_login(owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("home"), {"q": "bees"})
        return len(captured)

    reading.a_read_document(owner)
    few = queries()
    for _ in range(5):
        reading.a_read_document(owner, reviewed=True)
    assert queries() == few <= 12
