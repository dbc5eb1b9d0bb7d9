"""Answers in fewer bytes: pages, and files of ours that no build has compressed before."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponse
from django.middleware.gzip import GZipMiddleware

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

# What gains by it: fonts, pictures and archives are compressed in themselves.
KINDS = ("text/", "application/javascript", "application/json", "application/problem+json", "image/svg+xml")


class Compression(GZipMiddleware):
    """Django's own, which adds random bytes against guessing of secrets by length (BREACH).

    A stream of events is left alone: its words shall go out as they are written.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(KINDS):
            return response
        if isinstance(response, FileResponse) and response.status_code == HTTPStatus.OK:
            return self._file(request, response)
        return response if response.streaming else super().process_response(request, response)

    def _file(self, request: HttpRequest, response: FileResponse) -> HttpResponseBase:
        """A file keeps its ETag, as WhiteNoise gives it to a file's compressed form, too."""
        if response.has_header("Content-Encoding") or request.method != "GET":
            return response
        whole = HttpResponse(response.getvalue(), headers=dict(response.headers))
        if response.file_to_stream is not None:
            response.file_to_stream.close()  # and not the response: its end is the request's
        answer = super().process_response(request, whole)
        if response.has_header("ETag"):
            answer["ETag"] = response["ETag"]
        return answer
