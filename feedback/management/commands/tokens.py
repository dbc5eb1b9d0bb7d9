from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from feedback import documents
from feedback.dispatch import upstreams
from feedback.messages.words import in_english
from feedback.providers.base import ProviderError, SectionRequest
from feedback.providers.bedrock import BedrockProvider


@dataclass(frozen=True, slots=True)
class Counted:
    """One section's request, in input tokens."""

    heading: str
    estimate: int
    counted: int

    def __str__(self) -> str:
        error = (self.estimate - self.counted) / self.counted if self.counted else 0.0
        return f"{self.heading}: {self.estimate} estimated, {self.counted} counted ({error:+.0%})"


class Command(BaseCommand):
    help = (
        "How far our estimate of a text's tokens lies from the service's own count.\n"
        "One call of CountTokens for each section, which costs nothing; no text is answered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=".docx, .pdf, .odt, .md or .txt")
        parser.add_argument("--upstream", default=upstreams.default_upstream(), help="whose model counts")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["upstream"]
        provider, model_id = _counting(name)
        try:
            each = list(_count(provider, model_id, _sections_of(Path(options["file"]))))
        except ProviderError as error:
            raise CommandError(f"{name}: {error}", returncode=1) from None
        total = Counted("All of it", sum(one.estimate for one in each), sum(one.counted for one in each))
        for one in (*each, total):
            self.stdout.write(str(one))


def _counting(upstream: str) -> tuple[BedrockProvider, str]:
    try:
        provider = upstreams.provider_for(upstream)
    except LookupError as error:
        raise CommandError(str(error), returncode=2) from None
    model_id = upstreams.counting_id_of(upstream)
    if not (isinstance(provider, BedrockProvider) and model_id):
        words = f"The model of {upstream} names no id that CountTokens takes."
        raise CommandError(words, returncode=2)
    return provider, model_id


def _sections_of(path: Path) -> tuple[documents.Section, ...]:
    try:
        return documents.split(documents.parse(path.read_bytes(), path.name))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.", returncode=2) from None
    except documents.DocumentError as error:
        raise CommandError(f"{path}: {in_english(error.message)}", returncode=2) from None


def _count(
    provider: BedrockProvider, model_id: str, sections: tuple[documents.Section, ...]
) -> Iterator[Counted]:
    for number, section in enumerate(sections, 1):
        request = SectionRequest(text=section.text, heading_path=section.heading_path)
        heading = " / ".join(section.heading_path) or f"Part {number}"
        estimate = provider.estimate(request).input_tokens
        yield Counted(heading, estimate, provider.count(request, model_id=model_id))
