"""Secrets of second factors are sealed at rest, with a key that SECRET_KEY gives."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

PURPOSE = b"marginalia: second factors"


class Unreadable(Exception):
    """Sealed with a key that is no longer here: put it into SECRET_KEY_FALLBACKS."""


def seal(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable(Unreadable.__doc__) from None


def _box() -> MultiFernet:
    """The first key seals; those that SECRET_KEY was before still open."""
    return MultiFernet(_lock(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def _lock(secret: str | bytes) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(force_bytes(secret))
    return Fernet(base64.urlsafe_b64encode(key))
