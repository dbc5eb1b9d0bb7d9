"""A long text with many comments, as far apart and as close together as in a real essay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from feedback.models import Comment, Document, Job, Section, User
from tests.factories import reading
from tests.factories.work import a_document, a_job

SENTENCES = {
    "en": (
        "The last bus leaves the station at eleven, and whoever works later walks home.",
        "Counting passengers was easy, but asking them why they were there took the whole winter.",
        "Most of those who answered clean offices, bake bread or look after the sick.",
        "A taxi costs them an hour of their pay, so that they would rather wait until five.",
        "The council says that the line loses money, and it does lose money on each of its days.",
        "Nobody has ever asked what the town loses when its bakers stay at home.",
        "It is clear that a service which few people use can still be the one that they need most.",
        "Three other towns of this size have kept their night lines by joining them to the day's.",
        "The figures of the second year are lower, since the road was closed for half of it.",
    ),
    "de": (
        "Der letzte Bus verlässt den Bahnhof um elf, und wer länger arbeitet, geht zu Fuß nach Hause.",
        "Die Fahrgäste zu zählen war leicht, sie nach ihren Gründen zu fragen dauerte den ganzen Winter.",
        "Die meisten Befragten putzen Büros, backen Brot oder betreuen pflegebedürftige Menschen.",
        "Ein Taxi kostet sie einen Stundenlohn, weshalb sie lieber bis fünf Uhr morgens warten.",
        "Die Stadtverwaltung sagt, die Linie mache Verlust, und an jedem einzelnen Tag stimmt das auch.",
        "Noch niemand hat gefragt, was die Stadt verliert, wenn ihre Bäckerinnen zu Hause bleiben.",
        "Es ist klar, dass ein Angebot, das wenige nutzen, trotzdem das wichtigste für sie sein kann.",
        "Drei andere Städte dieser Größe haben ihre Nachtlinien mit dem Tagesverkehr zusammengelegt.",
        "Die Zahlen des zweiten Jahres sind niedriger, weil die Straße ein halbes Jahr gesperrt war.",
    ),
}  # fmt: skip
KINDS = ("evidence", "clarity", "praise", "structure", "argument", "style", "language")
MESSAGE = (
    "Say how you know this, and from whom. A reader who does not live here can't judge it, and the next "
    "sentence builds on it; one figure, or one name, would be enough."
)
CROWD = 12  # comments in one paragraph, where there are many
SECTIONS, PARAGRAPHS, SENTENCES_EACH = 5, 6, 7


def a_commented_document(
    owner: User, comments: int, *, language: str = "en", state: str = Document.State.COMPLETE
) -> Document:
    """Five sections of six paragraphs. Of 24 comments or more, twelve stand in one paragraph; the others are
    spread over all of it."""
    text, sections = _text(language)
    document = a_document(owner, title=f"Night buses, {comments}", state=state, text=text, headings=[
        [start, start + len(title), 1, title] for start, _, title in sections
    ])  # fmt: skip
    quotes = _quotes(text, comments)
    for position, (start, end, title) in enumerate(sections):
        section = Section.objects.create(
            document=document, position=position, heading=title, heading_path=[title], start=start, end=end
        )
        a_job(document, section=section)
        if state == Document.State.COMPLETE:
            give_feedback(section, [quote for quote in quotes if start <= quote[0] < end])
    if state == Document.State.COMPLETE:
        reading.done(a_job(document, kind=Job.Kind.SUMMARISE))
        reading.feedback_on(document, None, summary=MESSAGE)
    return document


def give_feedback(section: Section, quotes: Sequence[tuple[int, int]]) -> None:
    """Feedback on a section with a comment on each of these stretches of the whole text."""
    given = reading.feedback_on(section.document, section, summary=f"{MESSAGE} {MESSAGE}")
    Comment.objects.bulk_create(
        Comment(
            feedback=given, position=number, kind=kind, message=MESSAGE, suggestion="Name one of them.",
            criterion="Argument" if number % 2 else "", quote=section.document.text[start:end],
            start=start - section.start, end=end - section.start,
        )
        for number, (kind, (start, end)) in enumerate(zip(cycle(KINDS), quotes, strict=False))
    )  # fmt: skip
    reading.done(reading.job_of(section))


def quotes_of(document: Document, comments: int) -> list[tuple[int, int]]:
    return _quotes(document.text, comments)


def _text(language: str) -> tuple[str, list[tuple[int, int, str]]]:
    sentences = cycle(SENTENCES[language])
    text, sections = "", []
    for number in range(SECTIONS):
        start, title = (
            len(text),
            f"{number + 1}. {'Wer fährt' if language == 'de' else 'Who rides'} {number + 1}",
        )
        paragraphs = (" ".join(islice(sentences, SENTENCES_EACH)) for _ in range(PARAGRAPHS))
        text += "\n\n".join([title, *paragraphs]) + "\n\n"
        sections.append((start, len(text), title))
    return text, sections


def _quotes(text: str, comments: int) -> list[tuple[int, int]]:
    """Stretches of five words: the crowd in the eighth paragraph, the others evenly."""
    crowd = CROWD if comments >= 2 * CROWD else 0
    paragraphs = [each for each in _paragraphs(text) if each[1] - each[0] > 100]
    close = paragraphs.pop(8 if crowd else -1)
    found = [
        _words(text, close[0] + number * (close[1] - close[0]) // (crowd + 1)) for number in range(crowd)
    ]
    rest = comments - crowd
    for number in range(rest):
        start, end = paragraphs[number * len(paragraphs) // rest]
        found.append(_words(text, start + (number % 5) * (end - start) // 6))
    return sorted(set(found))


def _words(text: str, near: int) -> tuple[int, int]:
    start = text.rfind(" ", 0, near) + 1 if text[near - 1] != "\n" else near
    end = start
    for _ in range(5):
        end = text.find(" ", end + 1)
    return start, end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for part in text.split("\n\n"):
        yield at, at + len(part)
        at += len(part) + 2
