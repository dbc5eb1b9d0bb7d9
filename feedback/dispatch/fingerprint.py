"""The fingerprint of a request: two pieces of work with the same one are the same work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from feedback.providers.base import Provider, Request


def fingerprint(request: Request, provider: Provider) -> str:
    """SHA-256 over everything that an answer depends on: model, prompt, task, headings and text.

    No id is in it: equal requests of different documents and people have equal fingerprints.
    """
    content = {
        "provider": provider.name,
        "version": provider.version,
        "kind": type(request).__name__,
        "request": asdict(request),
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
