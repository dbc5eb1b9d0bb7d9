"""The classes that every admin page is made of: unfold's where it is among the apps, else Django's own.

Unfold is published without types, and its classes are Django's with another look: the types are Django's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps

UNFOLD = apps.is_installed("unfold")
STYLES = ("limiter/admin.css",) if UNFOLD else ("limiter/admin.css", "limiter/plain.css")

if TYPE_CHECKING or not UNFOLD:
    from django.contrib.admin import ModelAdmin as ModelAdmin
    from django.contrib.admin import StackedInline as StackedInline
    from django.contrib.admin import TabularInline as TabularInline
    from django.contrib.auth.forms import AdminPasswordChangeForm as AdminPasswordChangeForm
    from django.contrib.auth.forms import UserChangeForm as UserChangeForm
    from django.contrib.auth.forms import UserCreationForm as UserCreationForm
    from django.forms import CheckboxInput as Switch
    from django.forms import PasswordInput as Password
    from django.forms import Select as Choice
    from django.forms import TextInput as Line
else:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
    from unfold.widgets import UnfoldAdminPasswordWidget as Password
    from unfold.widgets import UnfoldAdminSelectWidget as Choice
    from unfold.widgets import UnfoldAdminTextInputWidget as Line
    from unfold.widgets import UnfoldBooleanSwitchWidget as Switch

__all__ = [
    "STYLES",
    "UNFOLD",
    "AdminPasswordChangeForm",
    "Choice",
    "Line",
    "ModelAdmin",
    "Password",
    "StackedInline",
    "Switch",
    "TabularInline",
    "UserChangeForm",
    "UserCreationForm",
    "why",
]


def why(help_text: str = "Kept with the change.", **options: Any) -> forms.CharField:
    """The field in which somebody says why."""
    return forms.CharField(max_length=500, label="Why", help_text=help_text, widget=Line(), **options)
