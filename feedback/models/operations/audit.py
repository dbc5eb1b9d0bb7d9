from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from limiter.configuration.history import Change, changes_between, in_words


class AuditEntry(models.Model):
    """One change that somebody made, with before and after. Append-only, as a trigger sees to."""

    at = models.DateTimeField(default=timezone.now)
    who = models.CharField(max_length=254, help_text="A sign-in name, or the command's author.")
    what = models.CharField(max_length=40, help_text="What was done: changed, retried, revealed ...")
    kind = models.CharField(max_length=40, help_text="Of what: a table's name.")
    subject = models.CharField(max_length=100, help_text="Its key.")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    request = models.CharField(max_length=64, blank=True, help_text="The request's id, as in the logs.")

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(who=""), name="audit_says_who"),
            models.CheckConstraint(condition=~Q(what="") & ~Q(subject=""), name="audit_says_what"),
        ]
        indexes: ClassVar = [
            # The history of one row, and the admin's filters by table and by person.
            models.Index(fields=["kind", "subject", "-id"], name="audit_of_subject"),
            models.Index(fields=["who", "-id"], name="audit_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.what} {self.kind} {self.subject}"

    @property
    def changes(self) -> list[Change]:
        """What it made different to a reader: nothing and an empty word are the same."""
        found = changes_between(self.before, self.after)
        return [each for each in found if in_words(each.before) != in_words(each.after)]
