"""Tabs that act at the very same moment: one of them is first, and the others get a conflict or agree."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from feedback.models import Document, Draft, Job, User
from feedback.services.intake import drafts
from feedback.services.intake.drafts import Conflict, Content
from tests.factories.drafts import ESSAY, a_draft, hand_in

pytestmark = pytest.mark.django_db(transaction=True)

TABS = 4


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of several tabs got, an exception included, where all of them acted together."""
    start = Barrier(TABS)

    def one(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(TABS) as tabs:
        return list(tabs.map(one, range(TABS)))


def test_handing_in_the_same_draft_makes_one_document(owner: User) -> None:
    draft = a_draft(owner)
    results = at_once(lambda _: hand_in(draft).pk)
    assert results == [Document.objects.get().pk] * TABS
    assert Job.objects.count() == 1


def test_handing_in_a_form_that_was_never_saved_makes_one_document(owner: User) -> None:
    draft = Draft(owner=owner, title="On bees", text=ESSAY)
    results = at_once(lambda _: hand_in(draft, version=0).pk)
    assert results == [Document.objects.get().pk] * TABS


def test_saving_over_the_same_version_has_one_winner_and_tells_the_others(owner: User) -> None:
    draft = a_draft(owner, "Bees")

    def save(number: int) -> object:
        content = Content("On bees", f"Bees, says tab {number}")
        return drafts.save(owner=owner, draft_id=draft.pk, version=1, content=content).text

    results = at_once(save)
    kept = Draft.objects.get()
    assert (kept.version, results.count(kept.text)) == (2, 1)
    assert [type(each) for each in results if each != kept.text] == [Conflict] * (TABS - 1)


def test_saving_over_one_another_on_purpose_loses_nobodys_text(owner: User) -> None:
    draft = a_draft(owner, "Bees")

    def save(number: int) -> object:
        content = Content("On bees", f"Bees, says tab {number}")
        return drafts.save_over(owner=owner, draft_id=draft.pk, content=content).pk

    assert at_once(save) == [draft.pk] * TABS
    texts = set(Draft.objects.values_list("text", flat=True))
    assert texts == {"Bees", *(f"Bees, says tab {number}" for number in range(TABS))}


def test_a_form_saved_for_the_first_time_in_two_places_is_one_draft(owner: User) -> None:
    draft = Draft(owner=owner)
    content = Content("On bees", "Bees")
    results = at_once(lambda _: drafts.save(owner=owner, draft_id=draft.pk, version=0, content=content).pk)
    assert results == [draft.pk] * TABS
