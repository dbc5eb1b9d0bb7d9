"""Forms of accounts, with each error at its field."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from allauth.core import context
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from feedback.models import Course, Invitation, User
from feedback.selectors.accounts.invitations import courses_to_invite_to, invites_anybody
from feedback.services.accounts.people import vouch_for_address

from .domains import is_welcome
from .invited import invitation_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EMAIL, NAME, PASSWORD = _("E-mail address"), _("Name"), _("Password")
NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password, once more")}


class SignIn(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].help_text = ""  # the way to a new one stands below the form
        _label(self, login=EMAIL, password=PASSWORD)


class SignUp(SignupForm):  # type: ignore[misc]
    """Open to the domains of SIGNUP_DOMAINS, and to the address of an invitation."""

    name = forms.CharField(max_length=150, label=NAME, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ["name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation_of(context.request)
        if self.invitation is not None:
            self.fields["email"].initial = self.invitation.email
            self.fields["email"].disabled = True
        _label(self, email=EMAIL, password1=PASSWORD)

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self.invitation is None and not is_welcome(email):
            raise ValidationError(
                _now("Accounts are opened with an address of %(domains)s."),
                params={"domains": ", ".join(settings.SIGNUP_DOMAINS)},
            )
        return email


class Forgotten(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, email=EMAIL)

    def clean_email(self) -> str:
        """Vouched for before django-allauth makes a link, and with it a record of the address as unproved."""
        email: str = super().clean_email()
        for user in self.users:
            vouch_for_address(user)
        return email


class NewPassword(ResetPasswordKeyForm):  # type: ignore[misc]
    """In place of one that was forgotten."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, **NEW_PASSWORD)


class FirstPassword(SetPasswordForm):  # type: ignore[misc]
    """The form for a person that has only ever signed in through a university."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, **NEW_PASSWORD)


class ChangedPassword(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, oldpassword=_("Password until now"), **NEW_PASSWORD)


class OnceMore(ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password=PASSWORD)


class Profile(forms.Form):
    name = forms.CharField(max_length=150, label=NAME, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(required=False, label=_("Language"))
    time_zone = forms.ChoiceField(required=False, label=_("Time zone"))
    theme = forms.ChoiceField(
        choices=User.Theme.choices, label=_("Appearance"), widget=forms.RadioSelect({"class": "choices"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As my browser")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = time_zones()  # type: ignore[attr-defined]


class Invite(forms.Form):
    email = forms.EmailField(label=EMAIL, widget=forms.EmailInput({"autocomplete": "off"}))
    course = forms.ModelChoiceField(Course.objects.none(), label=_("Course"))
    role = forms.ChoiceField(choices=Invitation.Role.choices, label=_("As"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = courses_to_invite_to(by)  # type: ignore[attr-defined]
        if invites_anybody(by):
            self.fields["course"].required = False
            self.fields["course"].empty_label = _("No course")  # type: ignore[attr-defined]
        else:
            del self.fields["role"]


def time_zones() -> list[tuple[Any, Any]]:
    """By continent, and in the order of their names; first of all the site's own."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    site = _("As the site (%(zone)s)") % {"zone": settings.TIME_ZONE}
    by_continent = groupby(names, key=lambda name: name.partition("/")[0])
    return [
        ("", site),
        ("UTC", "UTC"),
        *((continent, [(name, _place(name)) for name in group]) for continent, group in by_continent),
    ]


def _place(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")


def _label(form: forms.Form, **labels: StrOrPromise) -> None:
    """In our words, beside the fields: a label stays when one types, a placeholder does not."""
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
