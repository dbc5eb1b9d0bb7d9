"""Readers' reactions to comments: useful, dealt with in the next draft, not for me, or wrong and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from feedback.errors import Refused
from feedback.models import Comment, Reaction, User

REASON_LENGTH = 500
Remark = tuple[str, str, int | None]  # the message, the words it is on, and where they begin


def react(comment: Comment, person: User, verdict: str, reason: str = "") -> Reaction:
    """Set or change what this person makes of it. Raises Refused at `verdict` or `reason`."""
    if verdict not in Reaction.Verdict.values:
        raise Refused(_("Choose one of the answers."), field="verdict")
    is_wrong = verdict == Reaction.Verdict.WRONG
    reason = " ".join(reason.split()) if is_wrong else ""
    if is_wrong and not reason:
        raise Refused(_("Say in a few words what is wrong with it."), field="reason")
    if len(reason) > REASON_LENGTH:
        raise Refused(_("Say it in at most %d characters.") % REASON_LENGTH, field="reason")
    reaction, _is_new = Reaction.objects.update_or_create(
        comment=comment, person=person, defaults={"verdict": verdict, "reason": reason}
    )
    return reaction


def undo(comment: Comment, person: User) -> bool:
    """Take it back. False: there was nothing to take back."""
    return bool(Reaction.objects.filter(comment=comment, person=person).delete()[0])


# Comments that are written again --------------------------------------------------------------


def reactions_to(
    comments: Iterable[Comment], *, for_next_draft: bool = False
) -> dict[Remark, list[Reaction]]:
    """What was made of them, by what they say: asked for before they are replaced, to be carried on.

    For a next draft without what was put off until it: there the comment is open again.
    """
    reactions = Reaction.objects.filter(comment__in=comments).select_related("comment")
    if for_next_draft:
        reactions = reactions.exclude(verdict=Reaction.Verdict.ADDRESSED)
    given: dict[Remark, list[Reaction]] = {}
    for reaction in reactions:
        given.setdefault(_remark(reaction.comment), []).append(reaction)
    return given


def carry_on(given: dict[Remark, list[Reaction]], comments: Sequence[Comment]) -> int:
    """Copy reactions to the same comments on the same passages: their reader need not answer again."""
    kept = [
        Reaction(comment=comment, person_id=old.person_id, verdict=old.verdict, reason=old.reason)
        for comment in comments
        for old in given.pop(_remark(comment), ())
    ]
    return len(Reaction.objects.bulk_create(kept))


def _remark(comment: Comment) -> Remark:
    return comment.message, comment.quote, comment.start
