"""A student with drafts, and an essay that is at its third draft, each read by the offline rules."""

from __future__ import annotations

from functools import partial

from feedback import documents as reader
from feedback.models import Assignment, Document, Draft, Feedback, User
from feedback.selectors.intake.drafts import outline_of_draft, parsed_of
from feedback.services.intake import outlines
from tests.factories import reading
from tests.factories.drafts import a_draft, hand_in, run_all
from tests.running import ROOT

ESSAY = (ROOT / "examples" / "sources" / "essay.md").read_text()


def third_draft(owner: User, assignment: Assignment) -> Document:
    """Three drafts of one essay; returns the last."""
    first = run_all(hand_in(a_draft(owner, ESSAY, title="Who is the night bus for?", assignment=assignment)))
    second = revise(first, edited(ESSAY))
    third = revise(second, edited(edited(ESSAY)))
    for draft, level in zip((first, second, third), ("Emerging", "Sound", "Sound"), strict=True):
        Feedback.objects.filter(document=draft, section=None).update(
            levels=reading.levels(("Argument", level, ""))
        )
    return third


def revise(document: Document, text: str) -> Document:
    draft = a_draft(
        document.owner, text, title=document.title, assignment=document.assignment, previous=document
    )
    return run_all(hand_in(draft))


def edited(text: str) -> str:
    """The second and the last paragraph of some words change, one goes, one comes."""
    paragraphs = text.split("\n\n")
    long = [index for index, each in enumerate(paragraphs) if len(each) > 200]
    words = paragraphs[long[1]].split()
    paragraphs[long[1]] = " ".join([*words[:6], "as far as anybody can tell,", *words[9:]])
    paragraphs[long[2]] = "This paragraph is new: it says what the one that stood here left out."
    del paragraphs[long[4]]
    return "\n\n".join(paragraphs)


def corrected_draft(owner: User, assignment: Assignment) -> Draft:
    """A draft with sections that its author has corrected."""
    draft = outlines.read(a_draft(owner, ESSAY, title="Night buses, again", assignment=assignment))
    first = outline_of_draft(draft, parsed_of(draft))[0]
    rename = partial(reader.renamed, start=first.start, title="Why it matters")
    return outlines.correct(owner=owner, draft_id=draft.pk, read_of=draft.read_of, correction=rename)
