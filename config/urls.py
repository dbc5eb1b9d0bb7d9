from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/rq/", include("django_rq.urls")),
    path("admin/", admin.site.urls),
]
if find_spec("feedback.urls") is not None:
    urlpatterns.append(path("", include("feedback.urls")))
