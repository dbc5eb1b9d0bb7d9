"""A university's identity provider: OpenID Connect over HTTP, that asks for no password."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "marginalia", "told to nobody"
KEY_NAME = "first"


@dataclass
class IdentityProvider:
    """`person` has the claims about the person at the browser."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False  # as where somebody says no on its page
    asked: list[str] = field(default_factory=list)  # paths, in their order

    def __post_init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._given: dict[str, dict[str, str]] = {}  # what was asked for, by code

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/person",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_NAME, "alg": "RS256", "use": "sig"}]}

    def authorized(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        if self.refuses:
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = uuid4().hex
            self._given[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """For a code, once: with the secret, and by whom it was asked for (PKCE)."""
        before = self._given.pop(asked["code"])
        assert (asked["client_id"], asked["client_secret"]) == (CLIENT, SECRET)
        assert asked["redirect_uri"] == before["redirect_uri"]
        assert _digest(asked["code_verifier"]) == before["code_challenge"]
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **self.person}
        signed = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_NAME})
        return {"access_token": "open sesame", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


def _digest(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            provider.asked.append(address.path)
            match address.path:
                case "/.well-known/openid-configuration":
                    self.tell(provider.discovery())
                case "/keys":
                    self.tell(provider.keys())
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorized(dict(parse_qsl(address.query))))
                    self.end_headers()
                case "/person" if self.headers["Authorization"] == "Bearer open sesame":
                    self.tell(provider.person)
                case _:
                    self.send_error(404)

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.tell(provider.token(dict(parse_qsl(form))))

        def tell(self, data: Mapping[str, Any]) -> None:
            body = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """No log: no test reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
