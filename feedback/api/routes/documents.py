from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from feedback.api.access import READ, WRITE, ApiRequest, own_document
from feedback.api.handing_in import open_assignment, previous_document
from feedback.api.idempotency import concerns, repeatable, submission_key
from feedback.api.paging import Cursor, PageSize, cursor_at, key_at
from feedback.api.problems import Kind, Problem
from feedback.api.schemas.base import Line
from feedback.api.schemas.documents import (
    DocumentDetail,
    DocumentIn,
    DocumentOut,
    DocumentPage,
    FileIn,
    SectionOut,
    TextOut,
)
from feedback.api.schemas.feedback import Report, SectionFeedback
from feedback.documents import titles
from feedback.selectors.intake.documents import view_document
from feedback.selectors.intake.history import HistoryFilter, Show, listed
from feedback.selectors.intake.report import report_of
from feedback.services.accounts import erasure
from feedback.services.intake import documents
from feedback.services.intake.documents import Handed

router = Router(tags=["documents"])


@router.get("documents", auth=READ, response=DocumentPage, url_name="documents", operation_id="listDocuments")
def list_documents(
    request: ApiRequest,
    cursor: Cursor,
    limit: PageSize,
    search: Annotated[Line, Query("", max_length=200, description="Words in the title or the text.")],
    show: Annotated[Show, Query(Show.ALL, description="Empty: all.")],
    assignment: Annotated[UUID | None, Query(None)],
) -> DocumentPage:
    """Your documents, the newest first."""
    wanted = HistoryFilter(
        search=search, show=show, assignment=assignment, before=key_at(cursor), count=limit
    )
    page = listed(request.auth.user, wanted)
    items = [DocumentOut.of(each, page.sections[each.pk]) for each in page.documents]
    return DocumentPage(items=items, next=cursor_at(page.older))


@router.post(
    "documents", auth=WRITE, response={201: DocumentDetail}, url_name="documents", operation_id="handIn"
)
@repeatable
def hand_in(request: ApiRequest, response: HttpResponse, given: DocumentIn) -> Status[DocumentDetail]:
    """Hand in a text. Feedback on it is written from now on."""
    handed = Handed.pasted(given.text)
    title = given.title.strip() or titles.of_text(given.text)
    return _handed_in(request, response, handed, title, given)


@router.post(
    "documents/file",
    auth=WRITE,
    response={201: DocumentDetail},
    url_name="document-file",
    operation_id="handInFile",
)
@repeatable
def hand_in_file(
    request: ApiRequest, response: HttpResponse, given: Form[FileIn], file: File[UploadedFile]
) -> Status[DocumentDetail]:
    """Hand in a file: .docx, .pdf, .odt, .md or .txt."""
    # One byte over the limit is enough to be refused, and no more is held in memory.
    handed = Handed(file.name or "", file.read(settings.UPLOAD_LIMIT_BYTES + 1))
    return _handed_in(request, response, handed, given.title, given)


def _handed_in(
    request: ApiRequest, response: HttpResponse, handed: Handed, title: str, given: DocumentIn | FileIn
) -> Status[DocumentDetail]:
    owner = request.auth.user
    document = documents.submit(
        owner=owner,
        handed=handed,
        submission_key=submission_key(request),
        title=title,
        assignment=open_assignment(owner, given.assignment),
        previous=previous_document(owner, given.previous),
        urgency=given.urgency,
    )
    concerns(request, document)
    response["Location"] = f"{request.path.removesuffix('/file')}/{document.pk}"
    return Status(201, DocumentDetail.at(view_document(document)))


@router.get(
    "documents/{uuid:document_id}",
    auth=READ,
    response=DocumentDetail,
    url_name="document",
    operation_id="readDocument",
)
def read_document(request: ApiRequest, document_id: UUID) -> DocumentDetail:
    """A document: how far it is, and what it waits for."""
    return DocumentDetail.at(view_document(own_document(request, document_id)))


@router.delete(
    "documents/{uuid:document_id}",
    auth=WRITE,
    response={204: None},
    url_name="document",
    operation_id="deleteDocument",
)
def delete_document(request: ApiRequest, document_id: UUID) -> Status[None]:
    """Delete a document for good, with all that was written on it. Its calls that run are cut."""
    erasure.delete_document(own_document(request, document_id), by=request.auth.user)
    return Status(204, None)


@router.post(
    "documents/{uuid:document_id}/cancel",
    auth=WRITE,
    response=DocumentDetail,
    url_name="document-cancel",
    operation_id="cancelDocument",
)
@repeatable
def cancel_document(request: ApiRequest, document_id: UUID) -> DocumentDetail:
    """End the work on a document now. What is finished stays."""
    if not documents.cancel(own_document(request, document_id)):
        raise Problem(Kind.NOTHING_TO_DO, "It had ended already.")
    return read_document(request, document_id)


@router.post(
    "documents/{uuid:document_id}/retry",
    auth=WRITE,
    response=DocumentDetail,
    url_name="document-retry",
    operation_id="retryDocument",
)
@repeatable
def retry_document(request: ApiRequest, document_id: UUID) -> DocumentDetail:
    """Start again what failed or was cancelled, once the document has ended."""
    if not documents.retry_failed(own_document(request, document_id)):
        raise Problem(Kind.NOTHING_TO_DO, "There was nothing to start again.")
    return read_document(request, document_id)


@router.get(
    "documents/{uuid:document_id}/text",
    auth=READ,
    response=TextOut,
    url_name="document-text",
    operation_id="readText",
)
def read_text(request: ApiRequest, document_id: UUID) -> TextOut:
    """The text as it was read. Empty until the file is read."""
    return TextOut(text=own_document(request, document_id).text)


@router.get(
    "documents/{uuid:document_id}/sections",
    auth=READ,
    response=list[SectionOut],
    url_name="sections",
    operation_id="listSections",
)
def list_sections(request: ApiRequest, document_id: UUID) -> list[SectionOut]:
    """The sections in their order, each with the state of its work."""
    view = view_document(own_document(request, document_id))
    return [SectionOut.of(each) for each in view.sections]


@router.get(
    "documents/{uuid:document_id}/feedback",
    auth=READ,
    response=Report,
    exclude_unset=True,
    url_name="feedback",
    operation_id="readFeedback",
)
def read_feedback(request: ApiRequest, document_id: UUID) -> dict[str, Any]:
    """All feedback that is there, section by section. Under a teacher's review there is none of it before the
    release."""
    return report_of(own_document(request, document_id))


@router.get(
    "documents/{uuid:document_id}/sections/{uuid:section_id}",
    auth=READ,
    response=SectionFeedback,
    exclude_unset=True,
    url_name="section",
    operation_id="readSection",
)
def read_section(request: ApiRequest, document_id: UUID, section_id: UUID) -> dict[str, Any]:
    """One section with its text and its feedback."""
    sections: list[dict[str, Any]] = read_feedback(request, document_id)["sections"]
    found = next((each for each in sections if each["id"] == str(section_id)), None)
    if found is None:
        raise Http404("no such section")
    return found
