from typing import Annotated
from uuid import UUID

from django.http import Http404
from ninja import Query, Router

from feedback.api.access import READ, ApiRequest
from feedback.api.schemas.courses import AssignmentOut, CourseOut
from feedback.models import Assignment
from feedback.selectors.teaching.taking import assignments_of_member, memberships_of

router = Router(tags=["courses"])


@router.get("courses", auth=READ, response=list[CourseOut], url_name="courses", operation_id="listCourses")
def list_courses(request: ApiRequest) -> list[CourseOut]:
    """The courses that you take or teach, by name."""
    return [CourseOut.of(each) for each in memberships_of(request.auth.user)]


@router.get(
    "assignments",
    auth=READ,
    response=list[AssignmentOut],
    url_name="assignments",
    operation_id="listAssignments",
)
def list_assignments(request: ApiRequest, course: Annotated[UUID | None, Query(None)]) -> list[AssignmentOut]:
    """What your courses ask you to write, by course and title."""
    found = assignments_of_member(request.auth.user)
    return [AssignmentOut.of(each) for each in (found.filter(course=course) if course else found)]


@router.get(
    "assignments/{uuid:assignment_id}",
    auth=READ,
    response=AssignmentOut,
    url_name="assignment",
    operation_id="readAssignment",
)
def read_assignment(request: ApiRequest, assignment_id: UUID) -> AssignmentOut:
    """One assignment with its rubric."""
    try:
        return AssignmentOut.of(assignments_of_member(request.auth.user).get(pk=assignment_id))
    except Assignment.DoesNotExist:
        raise Http404("no such assignment of yours") from None
