"""Words on work that ended without result, for its student."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS: dict[str, str | tuple[str, str]] = {
    "service_busy": _("The feedback service was too busy for this section. You can try again."),
    "service_down": _("The feedback service could not be reached. You can try again."),
    "service_slow": _("The feedback service took too long over this section. You can try again."),
    "service_refused": _(
        "The feedback service refused this section. Somebody has to look at it; trying again won't help."
    ),
    "answer_unreadable": _("The feedback service's answer could not be read. You can try again."),
    "broken": _("Something went wrong on our side. You can try again."),
    "no_section_analysed": _("No section could be analysed. You can try again."),
    "undelivered": _("The message that it is done could not be sent."),
}
