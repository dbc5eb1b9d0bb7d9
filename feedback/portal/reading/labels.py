"""Labels of every answer: its author, where the text goes for it, and what deserves care in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from feedback.models import Feedback
from feedback.providers.honesty import Caution
from feedback.selectors.upstreams.endpoints import HERE, Target, target_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Label:
    name: StrOrPromise
    kind: str  # simulated, automatic, provisional or model
    meaning: StrOrPromise


SIMULATED = Label(
    _("Simulated"), "simulated", _("Written by a simulator for demonstration: not a judgement.")
)
AUTOMATIC = Label(_("Automatic"), "automatic", _("Found by fixed rules on this server, without an AI model."))
PROVISIONAL = Label(
    _("Provisional"), "provisional",
    _("Automatic, because the feedback service is away. The full feedback takes its place by itself."),
)  # fmt: skip
STAYED_PROVISIONAL = Label(
    _("Provisional"), "provisional",
    _("Automatic, because the feedback service was away. The full feedback never came."),
)  # fmt: skip

_CAUTIONS = {
    Caution.INSTRUCTIONS: _(
        "This text holds words that read like orders to an AI. They were treated as part of the text, but "
        "read this feedback with care: it may have followed them."
    ),
    Caution.GRADE: _("This feedback names a grade. It is none: grades are your teacher's."),
    Caution.LANGUAGE: _("This feedback is in another language than your text."),
}


def label_of(feedback: Feedback | None, *, is_open: bool = False) -> Label | None:
    """`is_open`: the work goes on, so what is provisional will be replaced."""
    if feedback is None:
        return None
    if feedback.provisional:
        return PROVISIONAL if is_open else STAYED_PROVISIONAL
    if feedback.simulated:
        return SIMULATED
    if feedback.provider == "offline":
        return AUTOMATIC
    meaning = format_lazy(_("Written by the model {model}. It can be wrong."), model=feedback.model)
    return Label(_("AI feedback"), "model", meaning)


def cautions_of(feedback: Feedback | None) -> Sequence[StrOrPromise]:
    known = {caution.value: words for caution, words in _CAUTIONS.items()}
    return [known[name] for name in (feedback.cautions if feedback else ()) if name in known]


# A cross-region profile may answer from any of its regions: the whole geography is named.
_PLACES = {
    "eu": _("in a data centre of the European Union"),
    "us": _("in a data centre in the United States"),
    "ca": _("in a data centre in Canada or the United States"),
    "jp": _("in a data centre in Japan"),
    "au": _("in a data centre in Australia"),
    "in": _("in a data centre in India"),
    "apac": _("in a data centre in Asia or the Pacific"),
    "us-gov": _("in a data centre of AWS GovCloud in the United States"),
    "global": _("in a data centre anywhere in the world"),
}


def _place_of(target: Target) -> StrOrPromise:
    known = _PLACES.get(target.geography)
    return known or format_lazy(_("in the region {region}"), region=target.region)


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a text that is handed in."""

    title: StrOrPromise
    words: StrOrPromise
    leaves_server: bool


def destination_of(upstream: str) -> Destination:
    if upstream == "offline":
        return Destination(
            _("Your text stays on this server"),
            _("You get automatic feedback, computed on this server. Nothing is sent to an AI service."),
            leaves_server=False,
        )
    if upstream == "simulated":
        return Destination(
            _("Your text stays on this server"),
            _("A simulator stands in for the AI service. What it writes is for demonstration only."),
            leaves_server=False,
        )
    try:
        target = target_of(upstream)
    except (LookupError, ValueError):  # doctor says what is wrong; a page must not promise any place
        return Destination(_("Your text leaves this server"), _("An AI model reads it."), leaves_server=True)
    model = target.facts.title or target.model_id
    if target.geography == HERE:
        return Destination(
            _("Your text is sent to another server"),
            format_lazy(
                _("The AI model {model} reads it at {host}, a server that this site's operators chose."),
                model=model, host=urlsplit(target.address).hostname or "",
            ),
            leaves_server=True,
        )  # fmt: skip
    return Destination(
        _("Your text is sent to Amazon Web Services"),
        format_lazy(
            _(
                "The AI model {model} reads it there, {place}. "
                "Take out names and anything private that the feedback does not need."
            ),
            model=model,
            place=_place_of(target),
        ),
        leaves_server=True,
    )
