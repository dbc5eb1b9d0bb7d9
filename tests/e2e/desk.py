"""What an operator does on any page of the admin."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page

from tests.e2e.site import Site


def open_at(desk: Page, site: Site, name: str, *args: object) -> None:
    """A page of the admin, by its name there."""
    desk.goto(site / reverse(f"admin:{name}", args=args).removeprefix("/"))


def save(desk: Page) -> None:
    desk.get_by_role("button", name="Save", exact=True).click()
