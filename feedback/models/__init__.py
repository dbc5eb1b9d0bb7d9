"""The truth: people, courses, documents, jobs and feedback, with their rules as constraints."""

from .access import AccessDenial
from .alerts import AlertReceiver, AlertRule, Delivery, Incident, Silence
from .audit import AuditEntry
from .cache import CacheEntry
from .courses import Assignment, Course, Criterion, Membership, Urgency
from .documents import Document, Section, Upload
from .drafts import Draft
from .drift import Drift
from .endpoints import Endpoint, LearntRefusal
from .erasure import Erasure
from .error_texts import ErrorText
from .feedback import Comment, Feedback
from .invitations import Invitation
from .jobs import Job, JobEvent
from .language_models import LanguageModel
from .notices import Notice
from .prices import Budget, Charge, Price, Reservation
from .reactions import Reaction
from .review import BankedComment, Edit, Reading, Release
from .sharing import OutputBudget
from .usage import UsageDay
from .users import User
from .warmth import SchemaWarmth

__all__ = [
    "AccessDenial",
    "AlertReceiver",
    "AlertRule",
    "Assignment",
    "AuditEntry",
    "BankedComment",
    "Budget",
    "CacheEntry",
    "Charge",
    "Comment",
    "Course",
    "Criterion",
    "Delivery",
    "Document",
    "Draft",
    "Drift",
    "Edit",
    "Endpoint",
    "Erasure",
    "ErrorText",
    "Feedback",
    "Incident",
    "Invitation",
    "Job",
    "JobEvent",
    "LanguageModel",
    "LearntRefusal",
    "Membership",
    "Notice",
    "OutputBudget",
    "Price",
    "Reaction",
    "Reading",
    "Release",
    "Reservation",
    "SchemaWarmth",
    "Section",
    "Silence",
    "Upload",
    "Urgency",
    "UsageDay",
    "User",
]
