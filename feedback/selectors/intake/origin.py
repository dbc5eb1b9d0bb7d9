"""Where feedback comes from, as every export says: writer, version, date, and whether a person read it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from feedback.models import Document, Feedback


def origin_of(document: Document, given: Sequence[Feedback]) -> list[tuple[str, str]]:
    """A name and words each; empty where there is no feedback."""
    if not given:
        return []
    newest = max(each.created_at for each in given)
    return [
        (_("Written by"), ", ".join(dict.fromkeys(_writer(each) for each in given))),
        (_("Version"), ", ".join(dict.fromkeys(_version(each) for each in given))),
        (_("Written on"), date_format(localtime(newest), "DATE_FORMAT")),
        (_("Read by a person first"), _reader(document)),
    ]


def _writer(feedback: Feedback) -> str:
    if feedback.simulated:
        return _("a simulation, for demonstration")
    if feedback.provider == "offline":
        return _("rules, no language model")
    return _("a language model, %(model)s") % {"model": feedback.model}


def _version(feedback: Feedback) -> str:
    """Of the rules; else of the prompt, by its digest."""
    if feedback.provider == "offline":
        return feedback.written_with or feedback.model
    prompt = feedback.written_with.rpartition(" ")[2]
    return _("prompt %(digest)s") % {"digest": prompt} if prompt else _("not recorded")


def _reader(document: Document) -> str:
    release = getattr(document, "release", None)
    if not document.reviewed or release is None:
        return _("no")
    return _("yes, released on %(day)s") % {"day": date_format(localtime(release.at), "DATE_FORMAT")}
