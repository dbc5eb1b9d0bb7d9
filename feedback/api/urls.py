from __future__ import annotations

from django.urls import URLPattern

from .answering import guarded
from .app import api

_patterns, _app, _namespace = api.urls
# Its root has nothing to show.
routes = [guarded(each) for each in _patterns if isinstance(each, URLPattern) and each.name != "api-root"]
urlpatterns = (routes, _app, _namespace)
