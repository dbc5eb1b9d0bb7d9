"""Asks for equal work at a given moment: a process of its own in test_one_leader.py."""

from __future__ import annotations

import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402 - needs the settings

from feedback.models import Document, Job, Section  # noqa: E402 - needs the apps
from feedback.services.work import stages  # noqa: E402


def main(document_id: str, moment: float) -> None:
    document = Document.objects.select_related("assignment", "owner").get(pk=document_id)
    sections = list(Section.objects.filter(document=document))
    for section in sections:
        section.document = document
    time.sleep(max(0.0, moment - time.time()))
    with transaction.atomic():  # as split's end does it
        for section in sections:
            stages.start(document, Job.Kind.ANALYSE, section=section)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
