"""A program that calls the API with a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from feedback.models import User
from feedback.services.accounts.access_tokens import make_token

ROOT = "/api/v1/"
TEXT = "On bees\n\nBees matter, because they pollinate crops."


@dataclass
class Api:
    token: str = ""
    client: Client = field(default_factory=Client)

    @classmethod
    def of(cls, user: User, *scopes: str) -> Api:
        return cls(make_token(owner=user, name="test", scopes=scopes or ("read", "write"), days=30)[1])

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(ROOT + path, headers=self._headers(options), **options)

    def head(self, path: str, **options: Any) -> Any:
        return self.client.head(ROOT + path, headers=self._headers(options), **options)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._sent("post", path, data, options)

    def put(self, path: str, data: Any = None, **options: Any) -> Any:
        return self._sent("put", path, data, options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.client.delete(ROOT + path, headers=self._headers(options), **options)

    def upload(self, path: str, name: str, data: bytes, **fields: Any) -> Any:
        headers = fields.pop("headers", {})
        file = SimpleUploadedFile(name, data)
        return self.client.post(
            ROOT + path, {"file": file, **fields}, headers=self._headers({"headers": headers})
        )

    def _sent(self, method: str, path: str, data: Any, options: dict[str, Any]) -> Any:
        headers = self._headers(options)
        call = getattr(self.client, method)
        return call(ROOT + path, data=data, content_type="application/json", headers=headers, **options)

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        given = options.pop("headers", {})
        return {"Authorization": f"Bearer {self.token}", **given} if self.token else given


def kind_of(answer: Any) -> str:
    """The problem's own name, of an answer that is one."""
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["type"]).rpartition(":")[2]
