from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django_rq.settings import get_queues_map

from feedback.models import Job, JobEvent
from feedback.portal.wording import counted
from feedback.services import documents, jobs

from .readonly import ReadOnly

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin[Job]):
    list_display = (
        "short_id", "kind", "state", "document", "owner", "upstream", "attempt", "failures", "outcome",
        "waiting_since", "finished_at",
    )  # fmt: skip
    list_display_links = ("short_id",)
    list_filter = ("state", "kind", "upstream", "outcome")
    list_select_related = ("document__owner",)
    search_fields = ("id", "document__id", "document__title", "document__owner__email", "flow", "lease")
    ordering = ("-id",)
    show_full_result_count = False  # a big table: one count less a page
    actions = ("retry", "cancel")
    readonly_fields = ("timeline", "in_rq", "tokens_used")
    fieldsets = (
        (None, {"fields": (("kind", "state"), "document", "section", "problem", "error")}),
        ("What happened", {"fields": ("timeline",)}),
        (
            "Where it waits",
            {"fields": (("queue", "upstream"), ("flow", "group"), ("priority", "tokens"), "in_rq")},
        ),
        ("Its run", {"fields": ("lease", ("attempt", "failures", "generation"), ("outcome", "tokens_used"))}),
        ("When", {"fields": ("created_at", "waiting_since", "started_at", "finished_at", "settled_at")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).defer("document__text", "document__headings")

    @admin.display(description="job", ordering="id")
    def short_id(self, job: Job) -> str:
        return str(job.pk)[-12:]

    @admin.display(description="owner", ordering="document__owner__email")
    def owner(self, job: Job) -> str:
        return str(job.document.owner)

    @admin.display(description="tokens used")
    def tokens_used(self, job: Job) -> str:
        return (
            f"{job.input_tokens} read, {job.output_tokens} written, "
            f"{job.cache_read_tokens} from cache, {job.cache_write_tokens} to cache"
        )

    @admin.display(description="timeline")
    def timeline(self, job: Job) -> SafeString:
        rows = ((f"{event.at:%d %b %H:%M:%S}", _told(event)) for event in job.events.all())
        return format_html("<ol>{}</ol>", format_html_join("", "<li><b>{}</b> {}</li>", rows))

    @admin.display(description="in RQ")
    def in_rq(self, job: Job) -> SafeString | str:
        """The same job on django-rq's own pages; the queue may be gone from the settings."""
        index = get_queues_map().get(job.queue)
        if index is None:
            return "Its queue is not configured here."
        address = reverse("django_rq:job_detail", args=[index, job.pk])
        return format_html('<a href="{}">{}</a>', address, f"Job in the queue {job.queue}")

    @admin.action(description="Try again")
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        restarted = sum(map(_start_again, queryset.select_related("document__owner", "document__assignment")))
        messages.info(request, f"{counted(restarted, 'job')} started again.")

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        cancelled = sum(jobs.cancel(job) for job in queryset)
        messages.info(request, f"{counted(cancelled, 'job')} cancelled.")


def _start_again(job: Job) -> int:
    """A job of a document that has ended starts again with all that its document lacks."""
    return documents.retry_failed(job.document) if job.document.ended else int(jobs.retry(job))


def _told(event: JobEvent) -> str:
    """An event in one line, its details included."""
    details = ", ".join(f"{name}: {value}" for name, value in event.detail.items())
    attempt = f" (run {event.attempt})" if event.attempt else ""
    return f"{event.get_kind_display()}{attempt}{': ' if details else ''}{details}"
