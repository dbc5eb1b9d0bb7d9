"""What the limiter's admin pages have in common: they ask why, and hand what was typed to a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from .classes import STYLES, UNFOLD, ModelAdmin, why

if TYPE_CHECKING:
    from django.db import models
    from django.http import HttpRequest

NOT_REACHED = "The gate cannot be reached."


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Asks why, each time anew, and notices when somebody else was faster."""

    reason = why()
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(reason="", seen=getattr(self.instance, "version", None))

    def clean(self) -> dict[str, Any]:
        now = type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        if self.instance.pk and now and getattr(now, "version", None) != self.cleaned_data.get("seen"):
            raise forms.ValidationError("Somebody changed this in the meantime: look at it again first.")
        return self.cleaned_data


class ServiceAdmin(ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """An admin that hands what was typed to a service. Rows stay: their history and versions need them."""

    form = ReasonForm
    change_form_template = None if UNFOLD else "admin/limiter/plain_form.html"

    class Media:
        css = {"all": STYLES}

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> models.Model:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        values = {
            name: form.cleaned_data[name]
            for name in (form.changed_data if change else form.cleaned_data)
            if name not in ("reason", "seen", obj._meta.pk.name)
        }
        author, reason = request.user.get_username(), form.cleaned_data["reason"]
        saved = self.write(obj.pk, values, new=not change, author=author, reason=reason)
        obj.__dict__.update(saved.__dict__)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, obj._meta.pk.name)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
