"""Feedback on one section."""

from __future__ import annotations

import random

from feedback.documents import words_in
from feedback.providers.base import Comment, CommentKind, Criterion, CriterionLevel, FeedbackOutput

from .material import Section
from .remarks import PRAISE, REMARKS, Remark
from .sentences import listed, quote, sentences, topics, words

WORDS_PER_COMMENT = 40
FEWEST, MOST = 3, 8  # comments
DEFAULT_LEVELS = ("beginning", "developing", "secure", "strong")

_NEXT_STEPS = {
    CommentKind.EVIDENCE: "Go through the claims and put a source or an example beside each that needs one.",
    CommentKind.CLARITY: "Read the long sentences aloud and split those that you can't say in one breath.",
    CommentKind.ARGUMENT: "Find the strongest objection to your main claim, and answer it in two sentences.",
    CommentKind.STYLE: "Turn three sentences round so that they begin with whoever acts.",
    CommentKind.LANGUAGE: "Underline every general word and replace the ones that matter with exact ones.",
    CommentKind.STRUCTURE: "Write one line on what each paragraph is for, and check that the order follows.",
    CommentKind.PRAISE: "Look at what works here, and do the same in the next section.",
}


def about_section(section: Section, chance: random.Random) -> FeedbackOutput:
    found = sentences(section.text)
    if not found:
        return FeedbackOutput(summary="There is no text here to comment on yet.")
    comments = choose_comments(section.text, found, chance)
    _name_criteria(comments, section.criteria)
    return FeedbackOutput(
        summary=_summary(section, found, comments),
        strengths=_strengths(section, found, comments),
        next_steps=_next_steps(comments),
        comments=comments,
        levels=[_level(criterion, found, comments, chance) for criterion in section.criteria],
    )


def choose_comments(text: str, found: list[str], chance: random.Random) -> list[Comment]:
    """A few comments in the order of the text, each on another sentence, one of them praise where earned."""
    wanted = min(max(len(words(text)) // WORDS_PER_COMMENT, FEWEST), MOST)
    noticed = _notice(found, REMARKS, chance)
    praised = _notice(found, PRAISE, chance)
    chosen = dict(chance.sample(sorted(praised.items()), min(len(praised), max(1, wanted // 4))))
    open_places = sorted(noticed.keys() - chosen.keys())
    for place in chance.sample(open_places, min(len(open_places), wanted - len(chosen))):
        chosen[place] = noticed[place]
    for place, comment in _always(found).items():
        if len(chosen) < min(FEWEST, len(found)):
            chosen.setdefault(place, comment)
    return [chosen[place] for place in sorted(chosen)]


def _notice(found: list[str], remarks: tuple[Remark, ...], chance: random.Random) -> dict[int, Comment]:
    """At most one comment for each sentence, and each remark at most twice."""
    noticed: dict[int, Comment] = {}
    for remark in chance.sample(remarks, len(remarks)):
        hits = [
            (place, wording) for place, sentence in enumerate(found) if (wording := remark.notice(sentence))
        ]
        for place, wording in [hit for hit in hits if hit[0] not in noticed][:2]:
            noticed[place] = remark.on(found[place], wording, chance)
    return noticed


def _always(found: list[str]) -> dict[int, Comment]:
    """Remarks on any text: how it opens and how it closes."""
    opening = Comment(
        kind=CommentKind.STRUCTURE,
        quote=quote(found[0]),
        message="This opening says what the section is about. It could also say what you want to show.",
        suggestion="Add what your answer is, or the question that the section will answer.",
    )
    closing = Comment(
        kind=CommentKind.STRUCTURE,
        quote=quote(found[-1]),
        message="The section stops here rather than closing: the conclusion is left to the reader.",
        suggestion="End on what follows from all this for your main question.",
    )
    return {len(found) - 1: closing, 0: opening} if len(found) > 1 else {0: opening}


def _name_criteria(comments: list[Comment], criteria: tuple[Criterion, ...]) -> None:
    """Tie a comment to the criterion with a description of the same."""
    for comment in comments:
        for criterion in criteria:
            if comment.kind.value in f"{criterion.name} {criterion.description}".lower():
                comment.criterion = criterion.name
                break


def _summary(section: Section, found: list[str], comments: list[Comment]) -> str:
    name = f'"{section.heading.rpartition(" > ")[2]}"' if section.heading else "This section"
    about = topics(section.text)
    subject = f" keeps coming back to {listed(about)}" if about else " makes its point briefly"
    length = f"in {words_in(section.text):,} words and {len(found)} sentence{'s' * (len(found) != 1)}"
    task = f' For "{section.assignment}" that is a fair start.' if section.assignment else ""
    concerns = sorted({comment.kind.value for comment in comments} - {"praise"})
    focus = (
        f" The comments below are mostly about {listed(concerns)}."
        if concerns
        else " Little stands in its way."
    )
    return f"{name}{subject}, {length}.{task}{focus}"


def _strengths(section: Section, found: list[str], comments: list[Comment]) -> list[str]:
    strengths = [comment.message for comment in comments if comment.kind is CommentKind.PRAISE][:2]
    if about := topics(section.text, 1):
        strengths.append(f"The section stays with its subject: {about[0]} runs through it as a thread.")
    lengths = [len(words(sentence)) for sentence in found]
    if len(found) > 3 and max(lengths) - min(lengths) > 10:
        strengths.append("Short and long sentences alternate, which keeps it readable.")
    return strengths or ["You have put the first thoughts into words, and that is what can be worked with."]


def _next_steps(comments: list[Comment]) -> list[str]:
    kinds = dict.fromkeys(comment.kind for comment in comments if comment.kind is not CommentKind.PRAISE)
    return [_NEXT_STEPS[kind] for kind in kinds][:3] or [_NEXT_STEPS[CommentKind.PRAISE]]


def _level(
    criterion: Criterion, found: list[str], comments: list[Comment], chance: random.Random
) -> CriterionLevel:
    levels = criterion.levels or DEFAULT_LEVELS
    praise = sum(comment.kind is CommentKind.PRAISE for comment in comments)
    reached = round(
        (len(levels) - 1) * (0.35 + 0.4 * praise / max(len(comments), 1) + chance.uniform(0, 0.2))
    )
    evidence = quote(chance.choice(found))
    return CriterionLevel(
        criterion=criterion.name,
        level=levels[min(reached, len(levels) - 1)],
        evidence=evidence,
        justification=f"The passage shows where {criterion.name.lower()} stands at the moment; "
        "the comments say what would take it further.",
    )
