from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from feedback.portal import document, events, home, signin, submit

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", signin.sign_in, name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("submit/", submit.submit, name="submit"),
    path("documents/<uuid:document_id>/", document.document, name="document"),
    path("documents/<uuid:document_id>/progress/", document.progress, name="progress"),
    path("documents/<uuid:document_id>/summary/", document.summary, name="summary"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/", document.section, name="section"),
    path("documents/<uuid:document_id>/events/", events.events, name="events"),
    path("documents/<uuid:document_id>/cancel/", document.cancel, name="cancel"),
    path("documents/<uuid:document_id>/retry/", document.retry, name="retry"),
]
