"""Pages of a course's members: the list, roles, and the import of a CSV file in two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.errors import Refused
from feedback.models import Course, Membership, User
from feedback.portal.access import user_of
from feedback.selectors.teaching import teaching
from feedback.services.teaching import courses as services
from feedback.services.teaching import roster, welcomes

from .access import own_course, own_member
from .forms import RoleForm, RosterForm

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 50


@require_safe
@login_required
def members(request: HttpRequest, course_id: UUID) -> HttpResponse:
    course = own_course(request, course_id)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = Paginator(teaching.members_of(course, search), PER_PAGE).get_page(request.GET.get("page"))
    kept = QueryDict(mutable=True)
    if search:
        kept["q"] = search
    context = {
        "course": course,
        "page": page,
        "search": search,
        "kept": kept.urlencode(),
        "welcomes": welcomes.are_possible(),
    }
    return render(request, "portal/teaching/members.html", context)


@require_POST
@login_required
def set_role(request: HttpRequest, course_id: UUID, member_id: int) -> HttpResponse:
    member = own_member(request, course_id, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose student or teacher."))
        return redirect("teaching-members", course_id)
    try:
        services.set_role(member, Membership.Role(form.cleaned_data["role"]), by=user_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("%(name)s is a %(role)s of this course now.")
        messages.success(request, words % {"name": member.user, "role": member.get_role_display().lower()})
    return redirect("teaching-members", course_id)


@require_POST
@login_required
def remove_member(request: HttpRequest, course_id: UUID, member_id: int) -> HttpResponse:
    member = own_member(request, course_id, member_id)
    try:
        services.remove_member(member, by=user_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is no longer in this course.") % {"name": member.user})
    return redirect("teaching-members", course_id)


@require_POST
@login_required
def welcome_member(request: HttpRequest, course_id: UUID, member_id: int) -> HttpResponse:
    member = own_member(request, course_id, member_id)
    if welcomes.again(member):
        messages.success(request, _("%(name)s gets a mail that says how to sign in.") % {"name": member.user})
    else:
        messages.info(request, _("No mail was asked for: one is on its way, or the site has no address."))
    return redirect("teaching-members", course_id)


# Import ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_members(request: HttpRequest, course_id: UUID) -> HttpResponse:
    """A file is read and shown; what was shown is sent again with the word to write it."""
    course = own_course(request, course_id)
    if request.method != "POST":
        return _show(request, course, RosterForm())
    if "text" in request.POST:
        return _write(request, course)
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, course, form, status=422)
    try:
        data = form.cleaned_data["file"].read(roster.MAX_BYTES + 1)
        found = roster.read(data, course=course, by=user_of(request))
    except Refused as refusal:
        form.refuse(refusal)
        return _show(request, course, form, status=422)
    return _show(request, course, form, found=found)


def _write(request: HttpRequest, course: Course) -> HttpResponse:
    """Read once more: nothing that a page claims about a row is believed."""
    try:
        found = roster.read_text(request.POST["text"][: roster.MAX_BYTES], course=course, by=user_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _show(request, course, RosterForm(), status=422)
    number = roster.write(found, course=course, by=user_of(request))
    messages.success(
        request,
        ngettext(
            "%(number)d person was added or changed.", "%(number)d people were added or changed.", number
        )
        % {"number": number},
    )
    return redirect("teaching-members", course.pk)


def _way_in(request: HttpRequest) -> str:
    """What people from the list have to know, where no mail can say it."""
    address = request.build_absolute_uri(reverse("login"))
    if settings.OIDC_ISSUER:
        words = _(
            "No mail is sent. Tell your class to sign in at %(address)s with “%(provider)s”, by the address"
            " of the list."
        )
        return words % {"address": address, "provider": settings.OIDC_NAME}
    words = _(
        "No mail is sent. Tell your class to open %(address)s and to choose “Forgotten your password?”: a"
        " link to a first password then comes to the address of the list."
    )
    return words % {"address": address}


def _mail_to_first(course: Course, found: roster.Roster | None) -> EmailMessage | None:
    """The mail that the first new member of a list will get, to be looked at; None where none is sent."""
    new = found.new if found else []
    if not new or not welcomes.are_possible():
        return None
    entry = new[0]
    person = User.objects.filter(email=entry.email).first()
    if person is None:
        person = User(email=entry.email, name=entry.name)
        person.set_unusable_password()
    return welcomes.mail_to(person, course)


def _show(
    request: HttpRequest,
    course: Course,
    form: RosterForm,
    *,
    found: roster.Roster | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "course": course,
        "form": form,
        "roster": found,
        "limit": roster.MAX_ROWS,
        "way": "" if welcomes.are_possible() else _way_in(request),
        "mail": _mail_to_first(course, found),
    }
    return render(request, "portal/teaching/import.html", context, status=status)
