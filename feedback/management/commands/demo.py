from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from feedback.development import demo
from feedback.messages.words import in_english
from feedback.models import Document
from feedback.terminal.progress import wait_for


class Command(BaseCommand):
    help = (
        "Load the demo: an admin, a teacher, two students, a course, an assignment with a rubric.\n"
        "With --submit, hand in the three sample documents and wait for their feedback, which comes\n"
        "through the bedrock provider from the Bedrock simulator. Repeating it changes nothing.\n"
        "With --verbosity 0 it waits in silence."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--submit", action="store_true", help="hand in the samples and wait for feedback")

    def handle(self, *args: Any, submit: bool = False, verbosity: int = 1, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's accounts have a public password: it is not for production.")
        demo.load()
        if submit:
            console = Console(file=sys.stdout, quiet=verbosity == 0)
            for document in list(demo.submit()):
                self._report(wait_for(document, console), console)

    def _report(self, document: Document, console: Console) -> None:
        if document.state != Document.State.COMPLETE:
            raise CommandError(
                f"{document.title}: {in_english(document.problem) or document.get_state_display()}"
            )
        took = (document.finished_at - document.created_at).total_seconds() if document.finished_at else 0
        console.print(
            f"[green]✓[/] {document.title}: feedback on {document.sections.count()} sections in {took:.0f} s"
        )
