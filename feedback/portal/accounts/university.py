"""The sign-in by a university's identity provider."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from requests import RequestException

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)


def there(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """The address of the provider's page, as it names it; one that is away is a message, and no error."""
    try:
        answer: HttpResponseBase = openid_connect.login(request, provider_id)
    except RequestException as error:
        logger.warning("the identity provider cannot be reached: %s", error)
        away = _("%(provider)s cannot be reached right now. Try again in a few minutes.")
        messages.error(request, away % {"provider": settings.OIDC_NAME})
        return redirect("login")
    return answer
