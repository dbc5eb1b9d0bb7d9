"""The HTTP API: which other sites' pages may call it. Programs outside a browser need no leave."""

from __future__ import annotations

from config import env

CORS_ALLOWED_ORIGINS = env.words("API_ORIGINS")  # https://portal.example.edu, ...; none: our own pages alone
CORS_URLS_REGEX = r"^/api/v1/"
# A page of another site calls with a token, never with the session of its reader.
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    "accept", "accept-language", "authorization", "content-type", "idempotency-key", "if-none-match",
    "last-event-id",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "Deprecation", "ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Sunset",
    "X-Request-ID",
)  # fmt: skip
CORS_PREFLIGHT_MAX_AGE = 3600  # seconds
