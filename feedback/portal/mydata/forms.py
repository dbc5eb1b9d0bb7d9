from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import Document, User


class Typed(forms.Form):
    """The form before something is deleted for good: its name must be typed."""

    typed = forms.CharField(max_length=320, strip=True)

    def __init__(self, *args: Any, name: str, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = " ".join(name.split()).casefold()
        self.fields["typed"].label = label
        self.fields["typed"].widget.attrs.update(autocomplete="off", spellcheck="false")

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if " ".join(typed.split()).casefold() != self._name:
            raise forms.ValidationError(_("This is not what stands above. Nothing was deleted."))
        return typed


class DeleteDocument(Typed):
    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, name=document.title, label=_("Type its title"), **kwargs)


class DeleteAccount(Typed):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, name=user.email, label=_("Type your e-mail address"), **kwargs)
        self._user = user
        if not user.has_usable_password():  # signs in at the university: the address has to do
            del self.fields["password"]

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not your password. Nothing was deleted."))
        return password
