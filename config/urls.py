from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from config.health import healthz, readyz
from feedback.api.docs import docs
from feedback.api.urls import urlpatterns as api
from feedback.operations.observe.metrics.views import metrics

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.failed"

admin.autodiscover()
# The admin has no sign-in of its own: the portal's knows second factors, and locks guessers out.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/rq/", include("feedback.admin.operations.rq_console")),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("feedback/favicon.svg")), name="icon"),
    path("api/v1/", api),
    path("api/docs/", docs, name="api-docs"),
    path("language/", set_language, name="set_language"),
    path("", include("feedback.urls")),
]

if settings.STYLE_PAGE:
    urlpatterns.append(path("styles/", TemplateView.as_view(template_name="styles.html"), name="styles"))
