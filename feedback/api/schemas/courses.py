from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from feedback.models import Assignment, Membership

from .base import CourseRole


class CourseOut(Schema):
    """A course that you are in."""

    id: UUID
    name: str
    role: CourseRole
    archived_at: datetime | None = Field(description="Since when nothing new is handed in.")

    @classmethod
    def of(cls, membership: Membership) -> "CourseOut":
        course = membership.course
        role = Membership.Role(membership.role)
        return cls(id=course.pk, name=course.name, role=role, archived_at=course.archived_at)


class CriterionOut(Schema):
    """One line of a rubric."""

    name: str
    description: str
    levels: list[str] = Field(description="The weakest first.")


class AssignmentOut(Schema):
    """A piece of writing that a course asks for."""

    id: UUID
    course: UUID
    title: str
    instructions: str
    audience: str
    deadline: datetime | None
    reviewed: bool = Field(description="A teacher reads the feedback first.")
    is_open: bool = Field(description="Whether you may hand in for it.")
    criteria: list[CriterionOut]

    @classmethod
    def of(cls, each: Assignment) -> "AssignmentOut":
        criteria = [
            CriterionOut(name=line.name, description=line.description, levels=line.levels)
            for line in each.criteria.all()
        ]
        return cls(
            id=each.pk, course=each.course_id, title=each.title, instructions=each.instructions,
            audience=each.audience, deadline=each.deadline, reviewed=each.reviewed,
            is_open=each.course.archived_at is None, criteria=criteria,
        )  # fmt: skip
