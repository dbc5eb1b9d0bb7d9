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
def test_the_admin_may_use_style_attributes_but_no_inline_script(client: Client) -> None:
    policy = directives(client.get("/admin/login/").headers["Content-Security-Policy"])
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"] == "'self'"
