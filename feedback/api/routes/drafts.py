from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Router, Status

from feedback.api.access import READ, WRITE, ApiRequest
from feedback.api.handing_in import open_assignment, previous_document
from feedback.api.idempotency import concerns, repeatable
from feedback.api.schemas.documents import DocumentDetail
from feedback.api.schemas.drafts import DraftIn, DraftListed, DraftOut, HandInDraft
from feedback.documents import titles
from feedback.models import Draft
from feedback.selectors.intake.documents import view_document
from feedback.selectors.intake.drafts import draft_of, drafts_of
from feedback.services.intake import drafts
from feedback.services.intake.drafts import Content, Gone, handed_in_as

router = Router(tags=["drafts"])


@router.get("drafts", auth=READ, response=list[DraftListed], url_name="drafts", operation_id="listDrafts")
def list_drafts(request: ApiRequest) -> list[DraftListed]:
    """Your drafts, last edited first."""
    return [
        DraftListed(
            id=each.pk, title=each.title, opening=each.opening, filename=each.filename,  # type: ignore[attr-defined]  # annotated
            updated_at=each.updated_at,
        )
        for each in drafts_of(request.auth.user)
    ]  # fmt: skip


def _own(request: ApiRequest, draft_id: UUID) -> Draft:
    """Raises Gone for one that was handed in, Http404 for one that is not theirs or never was."""
    try:
        return draft_of(request.auth.user, draft_id)
    except Draft.DoesNotExist:
        if document := handed_in_as(request.auth.user, draft_id):
            raise Gone(document) from None
        raise Http404("no such draft of yours") from None


@router.get(
    "drafts/{uuid:draft_id}", auth=READ, response=DraftOut, url_name="draft", operation_id="readDraft"
)
def read_draft(request: ApiRequest, draft_id: UUID) -> DraftOut:
    """One draft. 410 with its `document` where it was handed in."""
    return DraftOut.of(_own(request, draft_id))


@router.put(
    "drafts/{uuid:draft_id}", auth=WRITE, response=DraftOut, url_name="draft", operation_id="saveDraft"
)
def save_draft(request: ApiRequest, draft_id: UUID, given: DraftIn) -> DraftOut:
    """Keep a draft under an id of your own. 409 with its `version` where another program or page saved it."""
    owner = request.auth.user
    content = Content(
        given.title,
        given.text,
        open_assignment(owner, given.assignment),
        previous_document(owner, given.previous),
    )
    drafts.save(owner=owner, draft_id=draft_id, version=given.version, content=content)
    return read_draft(request, draft_id)


@router.delete(
    "drafts/{uuid:draft_id}", auth=WRITE, response={204: None}, url_name="draft", operation_id="deleteDraft"
)
def delete_draft(request: ApiRequest, draft_id: UUID) -> Status[None]:
    """Throw a draft away."""
    if not drafts.delete(owner=request.auth.user, draft_id=draft_id):
        raise Http404("no such draft of yours")
    return Status(204, None)


@router.post(
    "drafts/{uuid:draft_id}/hand-in",
    auth=WRITE,
    response={201: DocumentDetail},
    url_name="draft-hand-in",
    operation_id="handInDraft",
)
@repeatable
def hand_in(
    request: ApiRequest, response: HttpResponse, draft_id: UUID, given: HandInDraft
) -> Status[DocumentDetail]:
    """Hand in a draft as it is kept; it becomes a document and is gone."""
    owner, draft = request.auth.user, _own(request, draft_id)
    assignment = open_assignment(owner, draft.assignment_id)
    document = drafts.hand_in(
        owner=owner,
        draft_id=draft_id,
        version=given.version,
        content=Content(draft.title, draft.text, assignment, draft.previous),
        handed=None,
        title=draft.title.strip() or titles.of_text(draft.text),
        urgency=given.urgency,
    )
    concerns(request, document)
    response["Location"] = f"{request.path.partition('drafts/')[0]}documents/{document.pk}"
    return Status(201, DocumentDetail.at(view_document(document)))
