from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.admin.lists.keyset import Keyset
from feedback.documents import words_in
from feedback.messages.words import in_english
from feedback.models import Document, Job
from feedback.portal.words.wording import counted
from feedback.selectors.work.finding import documents_found_by
from feedback.services.operations import interventions

from .reveal import link_to_text, text_page
from .verbs import DOCUMENT_VERBS, WorkAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Document)
class DocumentAdmin(Keyset, WorkAdmin):
    list_display = ("title", "owner", "assignment", "state", "done", "upstream", "created_at", "finished_at")
    list_filter = ("state", "assignment__course")
    list_select_related = ("owner", "assignment")
    search_fields = ("id",)  # shows the field; get_search_results reads it
    search_help_text = gettext_lazy("A document's key, or how its owner's e-mail address or name begins.")
    fields = (
        "title", ("owner", "assignment"), ("state", "generation"), ("upstream", "urgency"), "what_went_wrong",
        "size", "its_text", "jobs_of_it", ("created_at", "finished_at"),
    )  # fmt: skip
    readonly_fields = ("what_went_wrong", "size", "its_text", "jobs_of_it")
    actions = ("retry", "cancel")
    verbs = DOCUMENT_VERBS

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(text_page)
        return [path("<uuid:key>/text/", page, name="feedback_document_text"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """The sections are counted for the rows of a page alone."""
        mine = Job.objects.filter(document=OuterRef("pk"), kind=Job.Kind.ANALYSE).order_by()
        counts = mine.values("document")
        total = counts.annotate(n=Count("pk")).values("n")
        done = counts.annotate(n=Count("pk", filter=Q(state=Job.State.DONE))).values("n")
        rows: QuerySet[Document] = super().get_queryset(request).defer("text", "headings", "emphasis")
        return rows.annotate(total=Subquery(total), finished=Subquery(done))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        return (queryset.filter(documents_found_by(search_term)) if search_term.strip() else queryset), False

    @admin.display(description=gettext_lazy("what the student reads"))
    def what_went_wrong(self, document: Document) -> str:
        return in_english(document.problem) or "-"

    @admin.display(description=gettext_lazy("sections done"))
    def done(self, document: Document) -> str:
        total, finished = document.total or 0, document.finished or 0  # type: ignore[attr-defined]  # annotated
        return _("%(finished)d of %(total)d") % {"finished": finished, "total": total}

    @admin.display(description=gettext_lazy("size"))
    def size(self, document: Document) -> str:
        sections = counted(document.sections.count(), "section")
        return f"{counted(words_in(document.text), 'word')} in {sections}."

    @admin.display(description=gettext_lazy("text"))
    def its_text(self, document: Document) -> SafeString:
        return link_to_text(document.pk)

    @admin.display(description=gettext_lazy("jobs"))
    def jobs_of_it(self, document: Document) -> SafeString:
        address = f"{reverse('admin:feedback_job_changelist')}?q={document.pk}"
        return format_html('<a class="link" href="{}">{}</a>', address, counted(document.jobs.count(), "job"))

    @admin.action(permissions=["operate"], description=gettext_lazy("Try again what failed or was cancelled"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        author = request.user.get_username()
        restarted = [interventions.retry_document(document, author=author) for document in _whole(queryset)]
        started, of = counted(sum(restarted), "job"), counted(sum(map(bool, restarted)), "document")
        messages.info(request, f"{started} of {of} started again.")

    @admin.action(permissions=["operate"], description=gettext_lazy("Cancel"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        author = request.user.get_username()
        cancelled = sum(
            interventions.cancel_document(document, author=author) for document in _whole(queryset)
        )
        messages.info(request, f"{counted(cancelled, 'document')} cancelled.")


def _whole(queryset: QuerySet[Document]) -> QuerySet[Document]:
    """The chosen documents as the services expect them."""
    return Document.objects.filter(pk__in=queryset.values("pk")).select_related("owner", "assignment")
