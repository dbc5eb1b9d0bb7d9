from __future__ import annotations

from django.urls import include, path

from feedback.portal.export import views as export
from feedback.portal.history import home
from feedback.portal.live import events
from feedback.portal.mydata import views as mydata
from feedback.portal.quota import views as quota
from feedback.portal.reading import document, reactions, revisions
from feedback.portal.submitting import drafts, submit

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("feedback.portal.accounts.urls")),
    path("teaching/", include("feedback.portal.teaching.urls")),
    path("submit/", submit.submit, name="submit"),
    path("drafts/<uuid:draft_id>/", submit.draft, name="draft"),
    path("drafts/<uuid:draft_id>/save/", drafts.save, name="draft-save"),
    path("drafts/<uuid:draft_id>/preview/", drafts.preview, name="draft-preview"),
    path("drafts/<uuid:draft_id>/sections/", drafts.sections, name="draft-sections"),
    path("drafts/<uuid:draft_id>/delete/", drafts.delete, name="draft-delete"),
    path("documents/<uuid:document_id>/", document.document, name="document"),
    path("documents/<uuid:document_id>/export/<slug:ending>/", export.export, name="export"),
    path("documents/<uuid:document_id>/delete/", mydata.delete_document, name="delete-document"),
    path("quota/", quota.quota, name="quota"),
    path("my-data/", mydata.my_data, name="my-data"),
    path("my-data/download/", mydata.download, name="my-data-download"),
    path("my-data/delete-account/", mydata.delete_account, name="delete-account"),
    path("documents/<uuid:document_id>/progress/", document.progress, name="progress"),
    path("documents/<uuid:document_id>/summary/", document.summary, name="summary"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/", document.section, name="section"),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/cancel/",
        document.cancel_section,
        name="cancel-section",
    ),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/retry/",
        document.retry_section,
        name="retry-section",
    ),
    path("documents/<uuid:document_id>/comments/<uuid:comment_id>/", reactions.react, name="react"),
    path("documents/<uuid:document_id>/reasons/", document.reasons, name="reasons"),
    path("documents/<uuid:document_id>/text/", document.text, name="document-text"),
    path("documents/<uuid:document_id>/notify/", document.notify, name="notify"),
    path("documents/<uuid:document_id>/events/", events.events, name="events"),
    path("documents/<uuid:document_id>/cancel/", document.cancel, name="cancel"),
    path("documents/<uuid:document_id>/retry/", document.retry, name="retry"),
    path("documents/<uuid:document_id>/changes/", revisions.changes, name="changes"),
    path("documents/<uuid:document_id>/drafts/", revisions.revisions, name="revisions"),
]
