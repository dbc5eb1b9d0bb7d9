"""The truth: people, courses, documents, jobs and feedback, with their rules as constraints."""

from .courses import Assignment, Course, Criterion, Membership
from .documents import Document, Section, Upload
from .feedback import Comment, Feedback
from .jobs import Job, JobEvent
from .users import User

__all__ = [
    "Assignment",
    "Comment",
    "Course",
    "Criterion",
    "Document",
    "Feedback",
    "Job",
    "JobEvent",
    "Membership",
    "Section",
    "Upload",
    "User",
]
