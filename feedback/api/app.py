"""The API: its routes, its errors, and its schema."""

from __future__ import annotations

from .problems import handle_in
from .routes import account, courses, documents, drafts, events, jobs, upstreams, webhooks
from .schema import Api

api = Api(
    title="Marginalia",
    version="1",
    description="Feedback on writing, section by section. docs/api.md describes tokens, limits and errors.",
    urls_namespace="api",
    openapi_url="openapi.json",
    docs_url=None,
)
handle_in(api)
for each in (documents, events, jobs, drafts, courses, account, upstreams, webhooks):
    api.add_router("", each.router)
