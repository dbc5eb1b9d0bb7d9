"""The preview before handing in: what it will do, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.dispatch import upstreams
from feedback.dispatch.routes import STAND_IN
from feedback.models import Draft
from feedback.portal.words.times import start_in_words
from feedback.selectors.intake.preview import Preview, preview_of


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A preview with its sentences. `is_due`: it has to be read first."""

    draft: Draft
    preview: Preview | None
    sent: str = ""
    quota: str = ""
    start: str = ""
    open_at: int | None = None  # the section with its corrections open
    problem: str = ""  # why the last correction could not be made

    @property
    def is_due(self) -> bool:
        return self.preview is None


def preview_page(draft: Draft, *, open_at: int | None = None, problem: str = "") -> PreviewPage:
    preview = preview_of(draft)
    if preview is None or preview.problem:
        return PreviewPage(draft, preview)
    return PreviewPage(
        draft,
        preview,
        sent=_sent(preview),
        quota=_quota(preview),
        start=_start(preview),
        open_at=open_at,
        problem=problem,
    )


def _sent(preview: Preview) -> str:
    sections = len(preview.sections) - preview.kept
    if not sections:
        return _("Nothing but the summary: every section keeps its feedback.")
    return ngettext(
        "%(number)d section, and the whole text once more for the summary.",
        "%(number)d sections one by one, and the whole text once more for the summary.",
        sections,
    ) % {"number": sections}


def _quota(preview: Preview) -> str:
    if upstreams.default_upstream() == STAND_IN:
        words = _("About %(tokens)s tokens, one for each word that is read. No AI service is asked.")
        return words % {"tokens": _number(preview.tokens)}
    requests = ngettext("%(number)d request", "%(number)d requests", preview.requests) % {
        "number": preview.requests
    }
    return _("%(requests)s, about %(tokens)s tokens while they run.") % {
        "requests": requests,
        "tokens": _number(preview.tokens),
    }


def _number(tokens: int) -> str:
    return number_format(_rounded(tokens), use_l10n=True, force_grouping=True)


def _rounded(tokens: int) -> int:
    """To two digits: an estimate that shows more would pretend to know."""
    return int(float(f"{tokens:.2g}"))


def _start(preview: Preview) -> str:
    expected = preview.start
    if expected.is_paused:
        return _("The feedback service is not available right now. Your text waits until it is.")
    if preview.renews_at:
        return _(
            "Your own quota for today is used up. Nothing is lost: what you hand in waits, and begins by "
            "itself when it renews, on %(when)s."
        ) % {"when": date_format(localtime(preview.renews_at), "DAY_TIME_FORMAT")}
    return start_in_words(expected.earliest_in, expected.latest_in) or _("As soon as there is room.")
