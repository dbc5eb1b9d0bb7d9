"""axe finds nothing to complain about in the admin, in light and in dark; no page is wider than a phone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import redis
from playwright.sync_api import Page

from tests.e2e.admin_places import admin_places, own_places
from tests.e2e.axe import complaints
from tests.e2e.office import an_office
from tests.e2e.places import PageCase
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = 390
STATUS = "() => performance.getEntriesByType('navigation')[0].responseStatus"
# Markup of packages that cannot be reached from here: two scrollers of one name, a column without a title,
# a list with a search field of its own.
NOT_OURS = ("simplebar-content-wrapper", "empty-table-header", "select2-")
DARK = "document.documentElement.classList.contains('dark')"


def faults(page: Page, site: Site, places: Iterable[PageCase]) -> list[str]:
    found = [f"{place.name}: {fault}" for place in places for fault in faults_of(page, site, place)]
    return [fault for fault in found if not any(part in fault for part in NOT_OURS)]


def faults_of(page: Page, site: Site, place: PageCase) -> list[str]:
    """The dark look is a class that unfold's script sets when a page is opened."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        place.open(page, site)
        assert page.evaluate(DARK) == (scheme == "dark")
        found += complaints(page, [scheme])
    if page.evaluate(STATUS) >= 400:
        found.append(f"answers {page.evaluate(STATUS)}")
    page.set_viewport_size({"width": PHONE, "height": 844})
    if page.evaluate("document.documentElement.scrollWidth") > PHONE:
        found.append("wider than a phone")
    page.set_viewport_size({"width": 1280, "height": 860})
    return found


@pytest.mark.long
def test_every_page_of_the_admin(page: Page, site: Site, redis_client: redis.Redis) -> None:
    office = an_office()
    sign_in(page.context, site, office.operator)
    found = faults(page, site, admin_places(office))
    assert found == [], "\n".join(found)


def test_the_pages_that_are_ours(page: Page, site: Site, redis_client: redis.Redis) -> None:
    office = an_office()
    sign_in(page.context, site, office.operator)
    found = faults(page, site, own_places(office))
    assert found == [], "\n".join(found)
