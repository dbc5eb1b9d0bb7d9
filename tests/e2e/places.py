"""Every page there is, by the name of its address: the person that sees it, and its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page

from feedback import demo
from feedback.models import User
from tests.e2e.school import School
from tests.e2e.sessions import give_password
from tests.e2e.site import Site

# Names that are no pages of their own: what is sent and leads back, parts, streams, files, redirects.
NO_PAGES = {
    "draft-save", "draft-preview", "draft-sections", "draft-delete", "export", "my-data-download", "progress",
    "summary", "section", "cancel-section", "retry-section", "react", "document-text", "notify", "events",
    "cancel", "retry", "logout", "account_logout", "mfa_download_recovery_codes", "openid_connect_login",
    "openid_connect_callback", "invitation-withdraw", "teaching-archive-course", "teaching-role",
    "teaching-remove-member", "teaching-release-many", "teaching-release", "teaching-edit", "metrics", "icon",
    "set_language", "account_set_password",  # only for people from an identity provider, without a password
    "socialaccount_signup",  # only in the middle of coming from there
    "health", "ready", "healthz", "readyz",
}  # fmt: skip
NEW_PASSWORD = "-set-password/"  # where its link leads to, without the key


@dataclass(frozen=True, slots=True)
class Place:
    name: str  # of the address; "(…)" behind it says which state is meant
    path: str
    person: User | None = None
    steps: Callable[[Page], None] | None = None  # what has to be done before it shows

    @property
    def address(self) -> str:
        return self.name.partition(" ")[0]

    def open(self, page: Page, site: Site) -> None:
        page.goto(site / self.path.removeprefix("/"))
        here = urlsplit(page.url).path
        assert here == urlsplit(self.path).path or here.endswith(NEW_PASSWORD), f"{self.name} is not open"
        if self.steps is not None:
            self.steps(page)


def names_of_pages() -> set[str]:
    """All names of addresses outside the admin and the tools that it brings, but for what is no page."""
    return {name for name in _names(get_resolver().url_patterns) if name} - NO_PAGES


def _names(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif (
            not pattern.app_name and "admin" not in str(pattern.pattern) and "api" not in str(pattern.pattern)
        ):
            yield from _names(pattern.url_patterns)


def places(school: School) -> list[Place]:
    return [*_strangers(school), *_students(school), *_accounts(school), *_teachers(school)]


def _strangers(school: School) -> list[Place]:
    newcomer = EmailAddress.objects.get(user=school.newcomer)
    confirmation = EmailConfirmationHMAC(newcomer).key
    key = f"{user_pk_to_url_str(school.newcomer)}-{default_token_generator.make_token(school.newcomer)}"
    wrongly = partial(give_password, address="nobody@example.org", password="wrong")
    rightly = partial(give_password, address=school.protected.email, password=demo.PASSWORD)
    return [
        Place("login", reverse("login")),
        Place("account_login (wrong)", reverse("login"), steps=wrongly),
        Place("mfa_authenticate", reverse("login"), steps=rightly),
        Place("account_signup", reverse("account_signup")),
        Place("account_email_verification_sent", reverse("account_email_verification_sent")),
        Place("account_confirm_email", reverse("account_confirm_email", args=[confirmation])),
        Place("account_confirm_email (gone)", reverse("account_confirm_email", args=["nothing"])),
        Place("account_inactive", reverse("account_inactive")),
        Place("account_reset_password", reverse("account_reset_password")),
        Place("account_reset_password_done", reverse("account_reset_password_done")),
        Place("account_reset_password_from_key", f"/password/{key}/"),
        Place("account_reset_password_from_key (gone)", "/password/1-nothing/"),
        Place("account_reset_password_from_key_done", reverse("account_reset_password_from_key_done")),
        Place("socialaccount_login_cancelled", reverse("socialaccount_login_cancelled")),
        Place("socialaccount_login_error", reverse("socialaccount_login_error")),
        Place("invitation", reverse("invitation", args=[school.invitation])),
        Place("invitation (gone)", reverse("invitation", args=["nothing"])),
        Place("fails (400)", "/fails/400/"),
        Place("fails (403)", "/fails/403/"),
        Place("fails (404)", "/no-such-page/"),
        Place("fails (413)", "/fails/413/"),
        Place("fails (429)", "/fails/429/"),
        Place("fails (500)", "/fails/500/"),
        Place("fails (503)", "/fails/503/"),
        Place("styles", "/styles/"),
    ]  # fmt: skip


def _students(school: School) -> list[Place]:
    student, essay = school.student, school.essay.pk
    return [
        Place("home", "/", student),
        Place("home (empty)", "/", school.newcomer),
        Place("home (nothing found)", "/?q=zebra", student),
        Place("submit", "/submit/", student),
        Place("submit (a new draft)", f"/submit/?previous={essay}", student),
        Place("draft", reverse("draft", args=[school.draft.pk]), student),
        Place("document", reverse("document", args=[essay]), student),
        Place("document (with the teacher)", reverse("document", args=[school.awaited.pk]), student),
        Place("document (released)", reverse("document", args=[school.released.pk]), school.released.owner),
        Place("changes", reverse("changes", args=[essay]), student),
        Place("revisions", reverse("revisions", args=[essay]), student),
        Place("quota", reverse("quota"), student),
        Place("my-data", reverse("my-data"), student),
        Place("delete-document", reverse("delete-document", args=[essay]), student),
        Place("delete-account", reverse("delete-account"), student),
    ]


def _accounts(school: School) -> list[Place]:
    student, protected = school.student, school.protected
    return [
        Place("profile", reverse("profile"), student),
        Place("account_email", reverse("account_email"), student),
        Place("account_change_password", reverse("account_change_password"), student),
        Place("account_reauthenticate", reverse("account_reauthenticate"), student),
        Place("usersessions_list", reverse("usersessions_list"), student),
        Place("socialaccount_connections", reverse("socialaccount_connections"), student),
        Place("mfa_index (none)", reverse("mfa_index"), student),
        Place("mfa_activate_totp", reverse("mfa_activate_totp"), student),
        Place("mfa_index", reverse("mfa_index"), protected),
        Place("mfa_deactivate_totp", reverse("mfa_deactivate_totp"), protected),
        Place("mfa_view_recovery_codes", reverse("mfa_view_recovery_codes"), protected),
        Place("mfa_generate_recovery_codes", reverse("mfa_generate_recovery_codes"), protected),
        Place("mfa_reauthenticate", reverse("mfa_reauthenticate"), protected),
    ]


def _teachers(school: School) -> list[Place]:
    teacher, course = school.teacher, [school.course.pk]
    assignment, reviewed = [school.assignment.pk], [school.reviewed.pk]
    return [
        Place("invitations", reverse("invitations"), teacher),
        Place("teaching", reverse("teaching"), teacher),
        Place("teaching-new-course", reverse("teaching-new-course"), teacher),
        Place("teaching-course", reverse("teaching-course", args=course), teacher),
        Place("teaching-edit-course", reverse("teaching-edit-course", args=course), teacher),
        Place("teaching-members", reverse("teaching-members", args=course), teacher),
        Place("teaching-import", reverse("teaching-import", args=course), teacher),
        Place("teaching-import (preview)", reverse("teaching-import", args=course), teacher, import_a_list),
        Place("teaching-new-assignment", reverse("teaching-new-assignment", args=course), teacher),
        Place("teaching-edit-assignment", reverse("teaching-edit-assignment", args=assignment), teacher),
        Place("teaching-assignment", reverse("teaching-assignment", args=assignment), teacher),
        Place("teaching-assignment (review)", reverse("teaching-assignment", args=reviewed), teacher),
        Place("teaching-outlook", reverse("teaching-outlook", args=assignment), teacher),
        Place("teaching-review", reverse("teaching-review", args=[school.awaited.pk]), teacher),
        Place("teaching-review (released)", reverse("teaching-review", args=[school.released.pk]), teacher),
    ]


# Steps ----------------------------------------------------------------------------------------


CLASS_LIST = """email,name,role
lena@example.org,Lena Hartmann,student
chiara@example.org,Chiara Moretti,student
not an address,Somebody,student
omar@example.org,Omar Farouk,teacher
"""


def import_a_list(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "class.csv", "mimeType": "text/csv", "buffer": CLASS_LIST.encode()}
    )
    page.locator("main form button[type=submit]").first.click()
