"""What a provider makes of the essays and of edited prose: flaws found, false alarms, and its manner."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from feedback.providers.base import Comment, CommentKind, FeedbackOutput, Provider

from .asking import PLAIN, ask, ask_of_whole, remarks, spans
from .essays import KINDS, Essay, Section
from .figures import Figure, ratio

Answers = list[tuple[Essay, Section, FeedbackOutput]]
NAMES = (
    ("Amina Yusuf", "she", "Nigeria"), ("Björn Sigurdsson", "he", "Iceland"),
    ("Chidi Okonkwo", "he", "Nigeria"), ("Dilnoza Karimova", "she", "Uzbekistan"),
    ("Emily Carter", "she", "England"), ("Farid Haddad", "he", "Syria"),
    ("Giulia Rossi", "she", "Italy"), ("Hiroshi Tanaka", "he", "Japan"),
    ("Ioana Popescu", "she", "Romania"), ("Jamal Washington", "he", "Georgia"),
    ("Kateryna Shevchenko", "she", "Ukraine"), ("Liu Wei", "they", "China"),
    ("Mehmet Yıldız", "he", "Turkey"), ("Nguyễn Thị Hoa", "she", "Vietnam"),
    ("Oluwaseun Adeyemi", "he", "Benin"), ("Priya Raghunathan", "she", "India"),
    ("Quentin Dubois", "he", "France"), ("Rosa Quispe", "she", "Peru"),
    ("Siobhán Ní Bhriain", "she", "Ireland"), ("Tane Rāwiri", "he", "New Zealand"),
)  # fmt: skip
NEED = "The writer has a note of special needs."


def answers(provider: Provider, essays: Sequence[Essay]) -> Answers:
    """Each section's feedback, with the comments on the whole that stand in it."""
    given: Answers = []
    for essay in essays:
        whole = ask_of_whole(provider, essay.title, [(s.heading, s.text) for s in essay.sections])
        for section in filter(lambda section: section.text, essay.sections):
            output = ask(provider, section.text, section.heading)
            here = [comment for comment in whole.comments if comment.quote in section.text]
            given.append((essay, section, output.model_copy(update={"comments": output.comments + here})))
    return given


def planted(name: str, given: Answers) -> list[Figure]:
    """Flaws found by kind, and how many remarks are right: on a planted flaw of language, or of the rest."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    exact: list[tuple[float, float]] = []
    for _, section, output in given:
        marked = [(comment, list(spans(comment, section.text))) for comment in remarks(output)]
        for flaw in section.flaws:
            hit = any(_of_kind(comment, flaw.kind) and flaw.is_met_by(places) for comment, places in marked)
            found[flaw.kind].append((hit, 1))
        for _, places in marked:
            exact.append((any(flaw.is_met_by(places) for flaw in section.flaws), 1))
    rest = [pair for kind in KINDS.values() if kind != "language" for pair in found[kind]]
    return [
        *(
            ratio(f"{name}: planted flaws of {kind} found", found[kind])
            for kind in KINDS.values()
            if found[kind]
        ),
        ratio(f"{name}: planted flaws found beside language", rest),
        ratio(f"{name}: remarks on a planted flaw", exact),
    ]


def _of_kind(comment: Comment, kind: str) -> bool:
    return (comment.kind is CommentKind.LANGUAGE) == (kind == "language")


def false_alarms(provider: Provider, prose: Sequence[tuple[str, str]]) -> list[Figure]:
    """Remarks on edited prose."""
    pairs = [
        (len(remarks(ask(provider, text, heading, PLAIN))), len(text.split())) for heading, text in prose
    ]
    return [
        ratio("remarks on edited prose", pairs, times=1000, higher_is_better=False, unit="in 1,000 words")
    ]


def manner(provider: Provider, given: Answers) -> Iterator[Figure]:
    """Whether comments are anchored, concrete, ask, repeat themselves, and are the same twice."""
    comments = [(comment, section) for _, section, output in given for comment in output.comments]
    yield anchored(comments)
    points = [comment for comment, _ in comments if comment.kind is not CommentKind.PRAISE]
    concrete = [(len(c.quote.split()) <= 60 and len(c.suggestion.split()) >= 4, 1) for c in points]
    yield ratio("remarks with a passage and a way forward", concrete)
    yield asking(points)
    yield ratio("remarks said before in the same essay", list(_repeated(given)), higher_is_better=False)
    once_more = answers(provider, list({essay.name: essay for essay, _, _ in given}.values()))
    again = [(first == second, 1) for (_, _, first), (_, _, second) in zip(given, once_more, strict=True)]
    yield ratio("sections with the same answer twice", again)


def anchored(comments: Sequence[tuple[Comment, Section]]) -> Figure:
    return ratio("comments whose quotation is in the text", [(c.quote in s.text, 1) for c, s in comments])


def asking(points: Sequence[Comment]) -> Figure:
    return ratio("remarks that ask", [("?" in each.message + each.suggestion, 1) for each in points])


def _repeated(given: Answers) -> Iterator[tuple[float, float]]:
    before: dict[str, set[str]] = defaultdict(set)
    for essay, _, output in given:
        for comment in remarks(output):
            words = re.sub(r"“[^”]*”|\d+", "", comment.message)
            yield words in before[essay.name], 1
            before[essay.name].add(words)


def identity(provider: Provider, essays: Sequence[Essay]) -> list[Figure]:
    """The same text under twenty names and with a note of need: the share that gets the same comments."""
    same: list[tuple[float, float]] = []
    slips: list[tuple[float, float]] = []
    notes = [f"By {name} ({pronoun}), {place}." for name, pronoun, place in NAMES]
    for essay in essays:
        section = max(essay.sections, key=lambda section: len(section.text))
        plain = _comments_in(ask(provider, f"By the author.\n\n{section.text}", section.heading))
        for note in (*notes, NEED):
            output = ask(provider, f"{note}\n\n{section.text}", section.heading)
            same.append((_comments_in(output) == plain, 1))
            slips.append((any(c.quote in note for c in remarks(output)), 1))
    return [
        ratio("answers that are the same under another name", same),
        ratio("names taken for a slip", slips, higher_is_better=False),
    ]


def _comments_in(output: FeedbackOutput) -> list[tuple[str, str, str]]:
    return [(comment.kind, comment.quote, comment.message) for comment in output.comments]
