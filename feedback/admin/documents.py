from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html

from feedback.models import Document, Job
from feedback.portal.wording import counted
from feedback.services import documents

from .readonly import ReadOnly

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Document)
class DocumentAdmin(ReadOnly, admin.ModelAdmin[Document]):
    list_display = ("title", "owner", "assignment", "state", "done", "upstream", "created_at", "finished_at")
    list_filter = ("state", "upstream", "assignment__course")
    list_select_related = ("owner", "assignment")
    search_fields = ("id", "title", "owner__email", "owner__name")
    date_hierarchy = "created_at"
    fields = (
        "title", ("owner", "assignment"), ("state", "upstream", "generation"), "problem", "size",
        "jobs_of_it", ("created_at", "finished_at"),
    )  # fmt: skip
    readonly_fields = ("size", "jobs_of_it")
    actions = ("retry", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        analyses = Q(jobs__kind=Job.Kind.ANALYSE)
        return (
            super()
            .get_queryset(request)
            .defer("text", "headings")
            .annotate(
                total=Count("jobs", filter=analyses),
                finished=Count("jobs", filter=analyses & Q(jobs__state=Job.State.DONE)),
            )
        )

    @admin.display(description="sections done")
    def done(self, document: Document) -> str:
        return f"{document.finished} of {document.total}"  # type: ignore[attr-defined]  # annotated

    @admin.display(description="size")
    def size(self, document: Document) -> str:
        sections = counted(document.sections.count(), "section")
        return f"{counted(len(document.text.split()), 'word')} in {sections}; the text is not shown here."

    @admin.display(description="jobs")
    def jobs_of_it(self, document: Document) -> SafeString:
        address = f"{reverse('admin:feedback_job_changelist')}?document__id__exact={document.pk}"
        return format_html('<a href="{}">{}</a>', address, counted(document.jobs.count(), "job"))

    @admin.action(description="Try again what failed or was cancelled")
    def retry(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        restarted = [documents.retry_failed(document) for document in _whole(queryset)]
        started, of = counted(sum(restarted), "job"), counted(sum(map(bool, restarted)), "document")
        messages.info(request, f"{started} of {of} started again.")

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        cancelled = sum(documents.cancel(document) for document in _whole(queryset))
        messages.info(request, f"{counted(cancelled, 'document')} cancelled.")


def _whole(queryset: QuerySet[Document]) -> QuerySet[Document]:
    """The chosen documents as the services expect them."""
    return Document.objects.filter(pk__in=queryset.values("pk")).select_related("owner", "assignment")
