"""users: accounts from a list, with what is wrong in each row; access tokens of their programs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from feedback.models import AuditEntry, User
from tests.factories import people
from tests.factories.work import a_student

pytestmark = pytest.mark.django_db

WHY = ("--reason", "autumn term", "--author", "opal")
LIST = "email;name;role\nada@example.org;Ada Okafor;\nmaren@example.org;Maren Lindqvist;teacher\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(LIST)
    return path


def users_import(file: Path, *words: str) -> str:
    out = StringIO()
    call_command("users", "import", str(file), *WHY, *words, stdout=out)
    return out.getvalue()


def refused(file: Path, *words: str) -> CommandError:
    with pytest.raises(CommandError) as error:
        users_import(file, *words)
    assert "\n" not in str(error.value)
    return error.value


def rows(output: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(output)["rows"]
    return found


def test_a_list_makes_accounts_with_their_roles(file: Path) -> None:
    assert "2 written: 2 new, 0 other role, 0 is there, 0 left out." in users_import(file)
    ada, maren = User.objects.get(email="ada@example.org"), User.objects.get(email="maren@example.org")
    assert (ada.name, ada.role, maren.role) == ("Ada Okafor", "student", "teacher")
    assert not ada.has_usable_password()
    assert EmailAddress.objects.filter(user=ada, verified=True).exists()


def test_each_account_is_audited(file: Path) -> None:
    users_import(file)
    kept = AuditEntry.objects.filter(kind="user").values_list("subject", "what", "who", "reason")
    assert set(kept) == {
        ("ada@example.org", "made", "opal", "autumn term"),
        ("maren@example.org", "made", "opal", "autumn term"),
    }


def test_the_same_list_again_changes_nothing(file: Path) -> None:
    users_import(file)
    assert "0 written: 0 new, 0 other role, 2 is there" in users_import(file)
    assert User.objects.count() == AuditEntry.objects.filter(kind="user").count() == 2


def test_a_dry_run_writes_nothing(file: Path) -> None:
    assert "Nothing is written yet: 2 new" in users_import(file, "--dry-run")
    assert not User.objects.exists()


def test_a_role_is_changed_to_what_the_list_says(file: Path) -> None:
    people.student(email="maren@example.org")
    output = json.loads(users_import(file, "--json"))
    assert (output["schema"], output["changed"]) == (1, 2)
    assert [row["change"] for row in output["rows"]] == ["account", "role"]
    assert User.objects.get(email="maren@example.org").role == "teacher"


def test_rows_that_cannot_be_used_are_reported_and_the_others_written(file: Path) -> None:
    file.write_text(LIST + "nobody;;\nada@example.org;;\nzoe@example.org;;dean\n")
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("users", "import", str(file), *WHY, stdout=out)
    assert error.value.returncode == 3
    assert "line 4: nobody: This is not an e-mail address." in out.getvalue()
    assert "line 5: ada@example.org: The same address as in line 2." in out.getvalue()
    assert "line 6: zoe@example.org: The role “dean” is not known" in out.getvalue()
    assert User.objects.count() == 2


def test_an_operator_stays_one(file: Path) -> None:
    people.operator(email="ada@example.org")
    assert refused(file).returncode == 3
    assert User.objects.get(email="ada@example.org").role == User.Role.OPERATOR


def test_a_file_without_an_address_is_refused(file: Path) -> None:
    file.write_text("")
    error = refused(file)
    assert error.returncode == 2
    assert "There is no row with an e-mail address in this file." in str(error)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere.csv")
    assert error.returncode == 2
    assert "cannot be read: No such file or directory." in str(error)


def test_a_reason_is_needed(file: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("users", "import", str(file))
    assert error.value.returncode == 2


def test_it_speaks_english_on_a_german_site(file: Path, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    file.write_text("nobody\n")
    assert "This is not an e-mail address." in rows_reported(file)


def rows_reported(file: Path) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("users", "import", str(file), *WHY, "--json", stdout=out)
    return str(rows(out.getvalue())[0]["problem"])


# Access tokens --------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = StringIO()
    call_command("users", *words, stdout=out)
    return out.getvalue().strip()


def test_a_token_is_printed_once_and_opens_what_it_says() -> None:
    ada = a_student()
    value = run(
        "token", ada.email, "--name", "platform", "--scope", "read", "--reason", "asked", "--author", "me"
    )
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {value}"}).json()
    assert (answer["email"], answer["token"]["scopes"]) == (ada.email, ["read"])
    listed = run("tokens", ada.email)
    assert value not in listed
    assert "platform" in listed
    kept = AuditEntry.objects.get(kind="access token")
    assert (kept.who, kept.reason, kept.what) == ("me", "asked", "made")
    assert value not in str(kept.after)


def test_a_token_is_revoked_by_how_it_begins() -> None:
    ada = a_student()
    value = run("token", ada.email, "--name", "platform", "--reason", "asked")
    with pytest.raises(CommandError, match="no token in force"):
        run("revoke-token", ada.email, "mrg_nothing", "--reason", "lost")
    assert "revoked" in run("revoke-token", ada.email, value[:12], "--reason", "lost")
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {value}"}).status_code == 401
    (listed,) = json.loads(run("tokens", ada.email, "--json"))["tokens"]
    assert listed["revoked_at"]
    with pytest.raises(CommandError, match="no token in force"):
        run("revoke-token", ada.email, value[:12], "--reason", "again")


@pytest.mark.parametrize(
    "words",
    [
        ("token", "missing@example.org", "--name", "a", "--reason", "b"),
        ("tokens", "missing@example.org"),
        ("token", "ada@example.org", "--name", "a", "--reason", "b", "--scope", "everything"),
        ("token", "ada@example.org", "--name", "a", "--reason", "b", "--days", "400"),
        ("token", "ada@example.org", "--name", " ", "--reason", "b"),
    ],
)
def test_a_token_that_can_not_be_made_is_one_line(words: tuple[str, ...]) -> None:
    User.objects.create_user("ada@example.org", "correct horse")
    with pytest.raises(CommandError) as refusal:
        run(*words)
    assert refusal.value.returncode == 2
    assert not AuditEntry.objects.filter(kind="access token").exists()
