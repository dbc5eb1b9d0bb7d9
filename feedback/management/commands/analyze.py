from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from feedback.dispatch import job_queue, routes, upstreams
from feedback.errors import Refused
from feedback.messages.words import in_english
from feedback.models import Document, Job, User
from feedback.remote.__main__ import add_arguments
from feedback.remote.analysis import analyse
from feedback.remote.server import Failed
from feedback.selectors.intake.report import report_of
from feedback.services.intake import documents
from feedback.terminal.local import DidNotStart, simulator_for, worker_for
from feedback.terminal.printing import print_report
from feedback.terminal.progress import wait_for

TERMINAL_USER = "terminal@localhost"


class Command(BaseCommand):
    help = (
        "Get feedback on a document, through the same queue and gate as everybody.\n"
        "The running system does the work; where none runs, what is needed runs until the end.\n"
        "With --server a site elsewhere does it, over its API, and nothing here is needed.\n"
        "Exit status: 0 with feedback, 2 for a document that can't be read or a server that refuses it or\n"
        "is away, 1 for anything else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=".docx, .pdf, .odt, .md or .txt")
        parser.add_argument(
            "--provider",
            choices=sorted(set(settings.LIMITER_QUEUES.values())),
            help="which upstream answers (default: the configured one)",
        )
        parser.add_argument("--json", action="store_true", help="print the feedback as JSON on stdout")
        add_arguments(parser, required=False)

    def execute(self, *args: Any, **options: Any) -> str | None:
        if options["server"]:
            options["skip_checks"] = True  # of stores that are not needed
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["server"]:
            self._analyse_elsewhere(options)
            return
        upstream = options["provider"] or upstreams.default_upstream()
        document = self._submit(Path(options["file"]), upstream)
        console = Console(stderr=True)
        try:
            with ExitStack() as stack:
                stack.enter_context(simulator_for(upstream))
                worker = (
                    stack.enter_context(worker_for(_queues(document))) if job_queue.has_workers() else None
                )
                document = wait_for(document, console, check=worker.check if worker else None)
        except KeyboardInterrupt:
            documents.cancel(document)
            raise CommandError("Cancelled.", returncode=130) from None
        except DidNotStart as error:
            documents.cancel(document)
            raise CommandError(str(error), returncode=1) from None
        self._show(document, as_json=options["json"])

    def _analyse_elsewhere(self, options: dict[str, Any]) -> None:
        if options["provider"]:
            raise CommandError("--provider names an upstream here; a server chooses its own.", returncode=2)
        given = {name: options[name] for name in ("token_file", "key")}
        try:
            analyse(Path(options["file"]), url=options["server"], as_json=options["json"], **given)
        except Failed as error:
            raise CommandError(str(error), returncode=error.status) from None

    def _submit(self, path: Path, upstream: str) -> Document:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.", returncode=2) from None
        try:
            return documents.submit(
                owner=_terminal_user(),
                handed=documents.Handed(path.name, data),
                submission_key=uuid4().hex,
                upstream=upstream,
            )
        except Refused as refusal:
            raise CommandError(f"{path}: {refusal}", returncode=2) from None

    def _show(self, document: Document, *, as_json: bool) -> None:
        if document.state != Document.State.COMPLETE:
            unreadable = not document.sections.exists()
            raise CommandError(
                in_english(document.problem) or "Cancelled.", returncode=2 if unreadable else 1
            )
        report = report_of(document)
        if as_json:
            json.dump(report, self.stdout, ensure_ascii=False, indent=2)
            self.stdout.write("")
        else:
            print_report(Console(file=sys.stdout), report)


def _terminal_user() -> User:
    user, created = User.objects.get_or_create(email=TERMINAL_USER, defaults={"name": "Terminal"})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _queues(document: Document) -> list[str]:
    return list(dict.fromkeys(routes.route(kind, document).queue for kind in Job.Kind))
