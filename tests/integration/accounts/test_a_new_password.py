"""A forgotten password: a link by mail, which works once; and a changed one."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from feedback.models import User
from tests.factories.people import PASSWORD
from tests.integration.accounts.conftest import link_in

pytestmark = pytest.mark.django_db

FRESH = "Bumblebee hill 77"


def test_a_link_by_mail_chooses_a_new_one_and_works_once(client: Client, owner: User) -> None:
    client.post("/password/", {"email": owner.email})
    path = link_in(mail.outbox[0])
    form = client.get(path, follow=True).redirect_chain[-1][0]
    assert client.post(form, {"password1": FRESH, "password2": FRESH})["Location"] == "/password/done/"
    client.post("/sign-in/", {"login": owner.email, "password": FRESH})
    assert client.get("/").status_code == 200, "the link has proved the address"
    assert 'name="password1"' not in Client().get(path, follow=True).content.decode()


def test_an_unknown_address_gets_the_same_page_and_no_mail(client: Client, owner: User) -> None:
    known = client.post("/password/", {"email": owner.email})["Location"]
    unknown = client.post("/password/", {"email": "nobody@example.org"})["Location"]
    assert known == unknown == "/password/sent/"
    assert [each.to for each in mail.outbox] == [[owner.email]]


def test_changing_it_needs_the_old_one_and_is_confirmed_by_mail(client: Client, owner: User) -> None:
    client.post("/sign-in/", {"login": owner.email, "password": PASSWORD})
    form = {"password1": FRESH, "password2": FRESH}
    refused = client.post("/account/password/", {"oldpassword": "wrong", **form})
    assert refused.status_code == 200
    assert client.post("/account/password/", {"oldpassword": PASSWORD, **form})["Location"] == "/account/"
    assert "127.0.0.1" in str(mail.outbox[-1].body)
    assert User.objects.get(pk=owner.pk).check_password(FRESH)
