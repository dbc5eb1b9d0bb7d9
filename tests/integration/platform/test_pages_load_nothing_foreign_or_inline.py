from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client


def directives(header: str) -> dict[str, str]:
    return {name: values for name, _, values in (part.strip().partition(" ") for part in header.split(";"))}


def test_the_portals_pages_may_run_and_style_only_what_we_serve(client: Client) -> None:
    policy = directives(client.get("/no-such-page/").headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert "unsafe" not in " ".join(policy.values())


@pytest.mark.django_db
def test_the_admin_may_evaluate_and_style_attributes_but_runs_no_inline_script(client: Client) -> None:
    policy = directives(client.get("/admin/login/").headers["Content-Security-Policy"])
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["default-src"] == "'none'"


@pytest.mark.parametrize(
    "address", ["/", "/sign-in/", "/sign-up/", "/account/", "/documents/", "/styles/", "/administration/"]
)
def test_no_page_beside_the_admin_has_the_admins_policy(client: Client, db: None, address: str) -> None:
    assert "unsafe" not in client.get(address).headers["Content-Security-Policy"]
