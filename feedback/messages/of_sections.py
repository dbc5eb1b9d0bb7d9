"""Words on a split that its student corrected, and that can't be used."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS: dict[str, str | tuple[str, str]] = {
    "section_outside": _("A section begins outside the text. Please reload the page and mark it again."),
    "sections_at_one_place": _("Two sections begin at the same place. Please remove one of the marks."),
    "too_many_sections": _("These are {number} sections; at most {most} are possible."),
    "inside_a_word": _("A section begins in the middle of a word: “{around}”."),
    "wordless_section": _("Section {number} has no words in it. Please remove one of the marks around it."),
    "long_section": _(
        "Section {number} has {words} words; at most {most} can be commented on at once. Please divide it."
    ),
    "last_section": _("This is the last section: nothing follows that it could be joined with."),
    "divided_already": _("A section begins there already."),
    "no_more_sections": _("At most {most} sections are possible. Join some others first."),
    "long_name": _("A section's name has at most {most} characters; this one has {number}."),
    "section_gone": _("This section is not there any more. Please look at the sections again."),
    "text_changed": _("The text changed since then. Please look at its sections again."),
    "nothing_chosen": _("Choose what to change."),
}
