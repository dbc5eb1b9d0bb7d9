"""The demo's people, course and samples. Loading it again changes nothing that is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from feedback.models import Assignment, Course, Criterion, Document, Membership, User
from feedback.services.intake import documents
from limiter.models import Upstream
from limiter.services import create_upstream

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PASSWORD = "marginalia"  # noqa: S105 - of accounts that only the demo has, and prints
SIMULATED = "simulated"  # the upstream of the samples


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    role: str
    is_staff: bool = False


ADMIN = Person("admin@example.org", "Robin Admin", User.Role.OPERATOR, is_staff=True)
TEACHER = Person("teacher@example.org", "Dr. Maren Lindqvist", User.Role.TEACHER)
STUDENTS = (
    Person("ada@example.org", "Ada Okafor", User.Role.STUDENT),
    Person("ben@example.org", "Ben Castellano", User.Role.STUDENT),
)
PEOPLE = (ADMIN, TEACHER, *STUDENTS)

CRITERIA = (
    (
        "Argument",
        "A claim that could be disputed, and reasons that carry it.",
        ["Emerging", "Sound", "Convincing"],
    ),
    ("Evidence", "Sources that are named, and used rather than listed.", ["Thin", "Adequate", "Well used"]),
    (
        "Structure",
        "Each paragraph has one job, and the reader knows which.",
        ["Loose", "Clear", "Compelling"],
    ),
    ("Style", "Plain, exact sentences in a fitting register.", ["Uneven", "Readable", "Precise"]),
)


@dataclass(frozen=True, slots=True)
class Sample:
    path: Path
    owner: Person
    for_assignment: bool


def samples() -> list[Sample]:
    """The bundled documents: an essay, a report and a reflection, of three kinds of file."""
    ada, ben = STUDENTS
    return [
        Sample(EXAMPLES / "essay.docx", ada, True),
        Sample(EXAMPLES / "lab-report.pdf", ada, False),
        Sample(EXAMPLES / "reflection.md", ben, False),
    ]


@transaction.atomic
def load() -> None:
    """People, a course with an assignment and its rubric, and the upstream of the samples."""
    people = {person: _person(person) for person in PEOPLE}
    course, _ = Course.objects.get_or_create(name="Writing in the Sciences")
    for person, user in people.items():
        if person is not ADMIN:
            role = Membership.Role.TEACHER if person is TEACHER else Membership.Role.STUDENT
            Membership.objects.get_or_create(course=course, user=user, defaults={"role": role})
    _assignment(course)
    if not Upstream.objects.filter(name=SIMULATED).exists():
        create_upstream(
            name=SIMULATED,
            values={
                "target": "bedrock at the simulator",
                "queue": SIMULATED,
                "requests_per_minute": 120,
                "burst": 12,
                "max_in_flight": 24,
                "flow_in_flight": 6,
            },
            author="demo",
            reason="The bundled samples run against the Bedrock simulator.",
        )


def _person(person: Person) -> User:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(
            person.email,
            PASSWORD,
            name=person.name,
            role=person.role,
            is_staff=person.is_staff,
            is_superuser=person.is_staff,
        )
    return user


def _assignment(course: Course) -> Assignment:
    assignment, created = Assignment.objects.get_or_create(
        course=course,
        title="Argumentative essay",
        defaults={
            "instructions": "Take a position on a question of science and society, and defend it with "
            "evidence in about 1,000 words. Meet the strongest objection to it.",
            "audience": "Educated readers who are not specialists",
            "deadline": timezone.now() + timedelta(days=1),
        },
    )
    if created:
        Criterion.objects.bulk_create(
            Criterion(
                assignment=assignment, position=position, name=name, description=description, levels=levels
            )
            for position, (name, description, levels) in enumerate(CRITERIA)
        )
    return assignment


def submit() -> Iterator[Document]:
    """Hand in the samples. Those that were handed in before are yielded as they are."""
    assignment = Assignment.objects.get(title="Argumentative essay", course__name="Writing in the Sciences")
    for sample in samples():
        yield documents.submit(
            owner=User.objects.get(email=sample.owner.email),
            handed=documents.Handed(sample.path.name, sample.path.read_bytes()),
            submission_key=f"demo:{sample.path.name}",
            assignment=assignment if sample.for_assignment else None,
            upstream=SIMULATED,
        )
