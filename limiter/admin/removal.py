"""The way to delete a row in the admin: one that nothing uses, with a reason, by a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from limiter.gate import GateError

from .asking import NOT_REACHED, ServiceAdmin

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Removal:
    """What the page of a row offers, or why it does not."""

    address: str
    label: str
    about: str
    uses: Sequence[str]


class RemovableAdmin(ServiceAdmin):
    """Asks why, and says what stands in the way. Django's own way to delete stays shut."""

    change_form_outer_after_template = "admin/limiter/removal.html"
    removal_verb = "remove"  # in the address
    removal_label: ClassVar[_StrPromise] = gettext_lazy("Delete it")
    removal_about: ClassVar[_StrPromise] = gettext_lazy("It is deleted with its history.")
    removal_done: ClassVar[_StrPromise] = gettext_lazy("%(name)s is deleted.")

    def uses_of(self, row: Any) -> Sequence[str]:
        """What stands in the way, as sentences without their end. Raises GateError."""
        return ()

    def remove(self, key: str, *, author: str, reason: str) -> object:
        """Raises ValidationError with what is wrong, and GateError."""
        raise NotImplementedError

    def may_remove(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"limiter.delete_{self.opts.model_name}")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.removing)
        address = f"<path:key>/{self.removal_verb}/"
        return [path(address, view, name=self._name(self.removal_verb)), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if self.may_remove(request) else None
        removal = self._removal(row) if row is not None else None
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "removal": removal}
        )

    def removing(self, request: HttpRequest, key: str) -> HttpResponse:
        if request.method != "POST" or not self.may_remove(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=unquote(key))
        author, reason = request.user.get_username(), request.POST.get("reason", "")
        try:
            self.remove(row.pk, author=author, reason=reason)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except GateError as error:
            messages.error(request, f"{NOT_REACHED} {error}")
        else:
            messages.success(request, self.removal_done % {"name": row})
            return HttpResponseRedirect(reverse(f"admin:{self._name('changelist')}"))
        return HttpResponseRedirect(self._address("change", row))

    def _removal(self, row: Model) -> Removal:
        try:
            uses = self.uses_of(row)
        except GateError as error:
            uses = [f"{NOT_REACHED} {error}"]
        address = self._address(self.removal_verb, row)
        return Removal(address, str(self.removal_label), str(self.removal_about), uses)

    def _name(self, page: str) -> str:
        return f"limiter_{self.opts.model_name}_{page}"

    def _address(self, page: str, row: Model) -> str:
        return reverse(f"admin:{self._name(page)}", args=[quote(row.pk)])
