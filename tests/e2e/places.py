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

from feedback.development import demo
from feedback.models import Comment, Document, User
from tests.e2e.school import School
from tests.e2e.sessions import give_password
from tests.e2e.site import Site

# Names that are no pages of their own: what is sent and leads back, parts, streams, files, redirects.
NO_PAGES = {
    "draft-save", "draft-preview", "draft-sections", "draft-delete", "export", "my-data-download", "progress",
    "summary", "section", "cancel-section", "retry-section", "react", "document-text", "notify", "events",
    "reasons",
    "cancel", "retry", "logout", "account_logout", "mfa_download_recovery_codes", "openid_connect_login",
    "openid_connect_callback", "invitation-withdraw", "teaching-archive-course", "teaching-role",
    "teaching-remove-member", "teaching-welcome", "teaching-release-many", "teaching-release",
    "teaching-save", "teaching-undo",
    "teaching-begin", "teaching-read", "teaching-bank-keep", "teaching-bank-forget", "metrics", "icon",
    "teaching-calibration-correct", "teaching-calibration-stop",
    "set_language", "account_set_password",  # only for people from an identity provider, without a password
    "socialaccount_signup",  # only in the middle of coming from there
    "health", "ready", "healthz", "readyz", "token-revoke",
    "api-docs",  # Swagger UI, with colours of its own
}  # fmt: skip
NEW_PASSWORD = "-set-password/"  # where its link leads to, without the key


@dataclass(frozen=True, slots=True)
class PageCase:
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


def places(school: School) -> list[PageCase]:
    return [*_strangers(school), *_students(school), *_accounts(school), *_teachers(school)]


def _strangers(school: School) -> list[PageCase]:
    newcomer = EmailAddress.objects.get(user=school.newcomer)
    confirmation = EmailConfirmationHMAC(newcomer).key
    key = f"{user_pk_to_url_str(school.newcomer)}-{default_token_generator.make_token(school.newcomer)}"
    wrongly = partial(give_password, address="nobody@example.org", password="wrong")
    rightly = partial(give_password, address=school.protected.email, password=demo.PASSWORD)
    return [
        PageCase("login", reverse("login")),
        PageCase("account_login (wrong)", reverse("login"), steps=wrongly),
        PageCase("mfa_authenticate", reverse("login"), steps=rightly),
        PageCase("account_signup", reverse("account_signup")),
        PageCase("account_email_verification_sent", reverse("account_email_verification_sent")),
        PageCase("account_confirm_email", reverse("account_confirm_email", args=[confirmation])),
        PageCase("account_confirm_email (gone)", reverse("account_confirm_email", args=["nothing"])),
        PageCase("account_inactive", reverse("account_inactive")),
        PageCase("account_reset_password", reverse("account_reset_password")),
        PageCase("account_reset_password_done", reverse("account_reset_password_done")),
        PageCase("account_reset_password_from_key", f"/password/{key}/"),
        PageCase("account_reset_password_from_key (gone)", "/password/1-nothing/"),
        PageCase("account_reset_password_from_key_done", reverse("account_reset_password_from_key_done")),
        PageCase("socialaccount_login_cancelled", reverse("socialaccount_login_cancelled")),
        PageCase("socialaccount_login_error", reverse("socialaccount_login_error")),
        PageCase("invitation", reverse("invitation", args=[school.invitation])),
        PageCase("invitation (gone)", reverse("invitation", args=["nothing"])),
        PageCase("fails (400)", "/fails/400/"),
        PageCase("fails (403)", "/fails/403/"),
        PageCase("fails (404)", "/no-such-page/"),
        PageCase("fails (413)", "/fails/413/"),
        PageCase("fails (429)", "/fails/429/"),
        PageCase("fails (500)", "/fails/500/"),
        PageCase("fails (503)", "/fails/503/"),
        PageCase("styles", "/styles/"),
    ]  # fmt: skip


def _students(school: School) -> list[PageCase]:
    student, essay = school.student, school.essay.pk
    return [
        PageCase("home", "/", student),
        PageCase("home (empty)", "/", school.newcomer),
        PageCase("home (nothing found)", "/?q=zebra", student),
        PageCase("submit", "/submit/", student),
        PageCase("submit (a new draft)", f"/submit/?previous={essay}", student),
        PageCase("draft", reverse("draft", args=[school.draft.pk]), student),
        PageCase("document", reverse("document", args=[essay]), student),
        PageCase("document (with the teacher)", reverse("document", args=[school.awaited.pk]), student),
        PageCase(
            "document (released)", reverse("document", args=[school.released.pk]), school.released.owner
        ),
        PageCase("changes", reverse("changes", args=[essay]), student),
        PageCase("revisions", reverse("revisions", args=[essay]), student),
        PageCase("quota", reverse("quota"), student),
        PageCase("my-data", reverse("my-data"), student),
        PageCase("delete-document", reverse("delete-document", args=[essay]), student),
        PageCase("delete-account", reverse("delete-account"), student),
    ]


def _accounts(school: School) -> list[PageCase]:
    student, protected = school.student, school.protected
    return [
        PageCase("profile", reverse("profile"), student),
        PageCase("account_email", reverse("account_email"), student),
        PageCase("account_change_password", reverse("account_change_password"), student),
        PageCase("account_reauthenticate", reverse("account_reauthenticate"), student),
        PageCase("usersessions_list", reverse("usersessions_list"), student),
        PageCase("tokens", reverse("tokens"), student),
        PageCase("socialaccount_connections", reverse("socialaccount_connections"), student),
        PageCase("mfa_index (none)", reverse("mfa_index"), student),
        PageCase("mfa_activate_totp", reverse("mfa_activate_totp"), student),
        PageCase("mfa_index", reverse("mfa_index"), protected),
        PageCase("mfa_deactivate_totp", reverse("mfa_deactivate_totp"), protected),
        PageCase("mfa_view_recovery_codes", reverse("mfa_view_recovery_codes"), protected),
        PageCase("mfa_generate_recovery_codes", reverse("mfa_generate_recovery_codes"), protected),
        PageCase("mfa_reauthenticate", reverse("mfa_reauthenticate"), protected),
    ]


def _teachers(school: School) -> list[PageCase]:
    teacher, course = school.teacher, [school.course.pk]
    assignment, reviewed = [school.assignment.pk], [school.reviewed.pk]
    return [
        PageCase("invitations", reverse("invitations"), teacher),
        PageCase("teaching", reverse("teaching"), teacher),
        PageCase("teaching-new-course", reverse("teaching-new-course"), teacher),
        PageCase("teaching-course", reverse("teaching-course", args=course), teacher),
        PageCase("teaching-edit-course", reverse("teaching-edit-course", args=course), teacher),
        PageCase("teaching-members", reverse("teaching-members", args=course), teacher),
        PageCase("teaching-import", reverse("teaching-import", args=course), teacher),
        PageCase(
            "teaching-import (preview)", reverse("teaching-import", args=course), teacher, import_a_list
        ),
        PageCase("teaching-new-assignment", reverse("teaching-new-assignment", args=course), teacher),
        PageCase("teaching-edit-assignment", reverse("teaching-edit-assignment", args=assignment), teacher),
        PageCase("teaching-assignment", reverse("teaching-assignment", args=assignment), teacher),
        PageCase("teaching-assignment (review)", reverse("teaching-assignment", args=reviewed), teacher),
        PageCase("teaching-outlook", reverse("teaching-outlook", args=assignment), teacher),
        PageCase("teaching-calibration", reverse("teaching-calibration", args=assignment), teacher),
        PageCase("teaching-calibration-text", _levelled(school.awaited), teacher),
        PageCase("teaching-bank", reverse("teaching-bank"), teacher),
        PageCase("teaching-give", _given(school.awaited), teacher),
        PageCase("teaching-review", reverse("teaching-review", args=[school.awaited.pk]), teacher),
        PageCase(
            "teaching-review (released)", reverse("teaching-review", args=[school.released.pk]), teacher
        ),
    ]


def _levelled(document: Document) -> str:
    return reverse("teaching-calibration-text", args=[document.assignment_id, document.pk])


def _given(document: Document) -> str:
    comment = Comment.objects.filter(feedback__document=document).first()
    assert comment is not None
    return reverse("teaching-give", args=[document.pk, comment.pk])


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
