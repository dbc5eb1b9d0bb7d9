from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_rq.settings import get_queues_map

from feedback.admin.lists.filters import UpstreamFilter
from feedback.admin.lists.keyset import Keyset
from feedback.admin.operations.dashboard import charts, figures
from feedback.messages.errors import error_in_words
from feedback.messages.words import in_english
from feedback.models import Job
from feedback.selectors.work.finding import jobs_found_by
from feedback.services.operations import interventions
from feedback.templatetags.operations import money
from feedback.terminal.jobs import event_as_text

from .failed_jobs import failed_jobs
from .reveal import link_to_text
from .verbs import JOB_VERBS, WorkAdmin
from .wait_text import why_it_waits
from .workers import workers_page

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Job)
class JobAdmin(Keyset, WorkAdmin):
    """Every filter and search goes over an index: there may be ten million of them."""

    list_display = (
        "short_id", "kind", "state", "document", "owner", "upstream", "attempt", "failures", "outcome",
        "since", "ended",
    )  # fmt: skip
    list_display_links = ("short_id",)
    list_filter = ("state", "kind", UpstreamFilter, "outcome")
    list_select_related = ("document__owner",)
    search_fields = ("id",)  # shows the field; get_search_results reads it
    search_help_text = gettext_lazy(
        "The key of a job or document, or how a person's e-mail address or name begins."
    )
    actions = ("retry", "front", "cancel")
    verbs = JOB_VERBS
    readonly_fields = (
        "timeline",
        "waits_for",
        "what_went_wrong",
        "raw_error",
        "text_of_it",
        "in_rq",
        "spent",
        "tokens_used",
        "tiers",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind", "state"),
                    "document",
                    "section",
                    "text_of_it",
                    "waits_for",
                    "what_went_wrong",
                    "raw_error",
                )
            },
        ),
        (gettext_lazy("What happened"), {"fields": ("timeline",)}),
        (
            gettext_lazy("Where it waits"),
            {"fields": (("queue", "upstream"), ("flow", "group"), ("priority", "tokens"), "in_rq")},
        ),
        (
            gettext_lazy("Its run"),
            {
                "fields": (
                    "lease",
                    ("attempt", "failures"),
                    ("generation", "spent"),
                    ("outcome", "tokens_used"),
                    "tiers",
                )
            },
        ),
        (
            gettext_lazy("When"),
            {"fields": ("created_at", "waiting_since", "started_at", "finished_at", "settled_at")},
        ),
    )

    def get_urls(self) -> list[Any]:
        pages = {"dead": failed_jobs, "workers": workers_page, "figures": figures, "charts": charts}
        wrap = self.admin_site.admin_view
        ours = [path(f"{name}/", wrap(view), name=f"feedback_job_{name}") for name, view in pages.items()]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return (
            super().get_queryset(request).defer("document__text", "document__headings", "document__emphasis")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        return (queryset.filter(jobs_found_by(search_term)) if search_term.strip() else queryset), False

    # What a row and a page say ------------------------------------------------------------------

    @admin.display(description=gettext_lazy("job"))
    def short_id(self, job: Job) -> str:
        return str(job.pk)[-12:]

    @admin.display(description=gettext_lazy("waiting since"))
    def since(self, job: Job) -> str:
        return _short(job.waiting_since)

    @admin.display(description=gettext_lazy("finished at"))
    def ended(self, job: Job) -> str:
        return _short(job.finished_at)

    @admin.display(description=gettext_lazy("owner"))
    def owner(self, job: Job) -> str:
        return str(job.document.owner)

    @admin.display(description=gettext_lazy("waits for"))
    def waits_for(self, job: Job) -> SafeString | str:
        return format_html('<p class="told">{}</p>', why_it_waits(job) or _("Nothing: it does not wait."))

    @admin.display(description=gettext_lazy("what the student reads"))
    def what_went_wrong(self, job: Job) -> str:
        return in_english(job.problem) or "-"

    @admin.display(description=gettext_lazy("the provider's error"))
    def raw_error(self, job: Job) -> SafeString | str:
        return (
            format_html('<pre class="raw">{}</pre>', error_in_words(job.error)) if job.error else _("None.")
        )

    @admin.display(description=gettext_lazy("its text"))
    def text_of_it(self, job: Job) -> SafeString:
        return link_to_text(job.document_id)

    @admin.display(description=gettext_lazy("cost"))
    def spent(self, job: Job) -> str:
        return "-" if job.cost is None else money(job.cost)

    @admin.display(description=gettext_lazy("tokens used"))
    def tokens_used(self, job: Job) -> str:
        words = _("%(read)d read, %(written)d written, %(from)d from cache, %(to)d to cache") % {
            "read": job.input_tokens,
            "written": job.output_tokens,
            "from": job.cache_read_tokens,
            "to": job.cache_write_tokens,
        }
        if job.cache_write_1h_tokens:
            words += _(", %(hour)d of them for an hour") % {"hour": job.cache_write_1h_tokens}
        estimate = _("(the call came without figures: an estimate)")
        return words if job.measured else f"{words} {estimate}"

    @admin.display(description=gettext_lazy("service tier"))
    def tiers(self, job: Job) -> str:
        asked = job.tier or _("the upstream's own")
        served = job.served_tier or _("not said")
        return _("asked: %(asked)s; served by: %(served)s") % {"asked": asked, "served": served}

    @admin.display(description=gettext_lazy("timeline"))
    def timeline(self, job: Job) -> SafeString:
        rows = ((f"{event.at:%d %b %H:%M:%S}", event_as_text(event)) for event in job.events.all())
        return format_html(
            '<ol class="timeline">{}</ol>', format_html_join("", "<li><b>{}</b> {}</li>", rows)
        )

    @admin.display(description=gettext_lazy("in RQ"))
    def in_rq(self, job: Job) -> SafeString | str:
        """The same job on django-rq's own pages; the queue may be gone from the settings."""
        index = get_queues_map().get(job.queue)
        if index is None:
            return _("Its queue is not configured here.")
        address = reverse("django_rq:job_detail", args=[index, job.pk])
        words = _("Job in the queue %(queue)s") % {"queue": job.queue}
        return format_html('<a class="link" href="{}">{}</a>', address, words)

    # Many at once -------------------------------------------------------------------------------

    @admin.action(permissions=["operate"], description=gettext_lazy("Try again"))
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        author, rows = request.user.get_username(), queryset.select_related("document__assignment")
        number = sum(interventions.retry(job, author=author) for job in rows)
        words = ngettext("%(number)d job started again.", "%(number)d jobs started again.", number)
        messages.info(request, words % {"number": number})

    @admin.action(permissions=["operate"], description=gettext_lazy("Move to the front of their flows"))
    def front(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """The newest first, so that the oldest of them ends before the others."""
        author = request.user.get_username()
        number = sum(interventions.move_to_front(job, author=author) for job in queryset.order_by("-pk"))
        words = ngettext("%(number)d job moved to the front.", "%(number)d jobs moved to the front.", number)
        messages.info(request, words % {"number": number})

    @admin.action(permissions=["operate"], description=gettext_lazy("Cancel"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        author = request.user.get_username()
        number = sum(interventions.cancel(job, author=author) for job in queryset)
        words = ngettext("%(number)d job cancelled.", "%(number)d jobs cancelled.", number)
        messages.info(request, words % {"number": number})


def _short(moment: datetime | None) -> str:
    """For a list of eleven columns."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "–"
