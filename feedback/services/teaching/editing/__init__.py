"""Edits of feedback by a teacher: each is kept and can be taken back, and none goes over another's unseen.

Every edit holds the document's row, so that edits and the release of one text come one after the other.
"""

from .comments import add_comment, edit_comment, move_comment, put_back, remove_comment
from .keeping import Conflict, Gone, NotReady, Part, Seen
from .parts import LISTS, edit_feedback
from .undoing import undo

__all__ = [
    "LISTS",
    "Conflict",
    "Gone",
    "NotReady",
    "Part",
    "Seen",
    "add_comment",
    "edit_comment",
    "edit_feedback",
    "move_comment",
    "put_back",
    "remove_comment",
    "undo",
]
