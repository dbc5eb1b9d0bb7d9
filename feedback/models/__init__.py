"""The truth: people, courses, documents, jobs and feedback, with their rules as constraints."""

from .operations.alerts import AlertReceiver, AlertRule, Delivery, Incident, Silence
from .operations.audit import AuditEntry
from .operations.cache import CacheEntry
from .people.access import AccessDenial
from .people.access_tokens import AccessToken, Scope
from .people.courses import Assignment, Course, Criterion, Membership, Urgency, Welcome
from .people.erasure import Erasure
from .people.invitations import Invitation
from .people.kept_answers import KeptAnswer
from .people.usage import UsageDay
from .people.users import User
from .people.webhooks import Webhook, WebhookDelivery, WebhookEvent
from .upstreams.drift import Drift
from .upstreams.endpoints import Endpoint, LearntRefusal
from .upstreams.error_texts import ErrorText
from .upstreams.language_models import LanguageModel
from .upstreams.prices import Budget, Charge, Price, Reservation
from .upstreams.warmth import SchemaWarmth
from .work.calibration import Calibration, ReferenceLevel
from .work.documents import Document, Section, Upload
from .work.drafts import Draft
from .work.feedback import Comment, Feedback
from .work.jobs import Job, JobEvent
from .work.notices import Notice
from .work.reactions import Reaction
from .work.review import BankedComment, Edit, Reading, Release
from .work.sharing import OutputBudget

__all__ = [
    "AccessDenial",
    "AccessToken",
    "AlertReceiver",
    "AlertRule",
    "Assignment",
    "AuditEntry",
    "BankedComment",
    "Budget",
    "CacheEntry",
    "Calibration",
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
    "KeptAnswer",
    "LanguageModel",
    "LearntRefusal",
    "Membership",
    "Notice",
    "OutputBudget",
    "Price",
    "Reaction",
    "Reading",
    "ReferenceLevel",
    "Release",
    "Reservation",
    "SchemaWarmth",
    "Scope",
    "Section",
    "Silence",
    "Upload",
    "Urgency",
    "UsageDay",
    "User",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "Welcome",
]
