"""The key of a server, read anew for each call: it is stored nowhere, and can be changed at any time."""

from __future__ import annotations

import os
from pathlib import Path

from ..base import AccountRefused
from .settings import CompatibleSettings

LONGEST = 8192  # characters; no key is longer, and a wrong path may lead to any file


def read_key(settings: CompatibleSettings) -> str | None:
    """The key; None where the server asks for none. Raises AccountRefused where it should be and is not.

    No message shows any part of what was found.
    """
    if settings.api_key_variable:
        place = f"the environment variable {settings.api_key_variable}"
        found = os.environ.get(settings.api_key_variable, "")
    elif settings.api_key_file:
        place = f"the file {settings.api_key_file}"
        found = _content(settings.api_key_file)
    else:
        return None
    key = found.strip()
    if not key:
        raise _missing(f"There is no key in {place}.")
    if len(key) > LONGEST or not (key.isascii() and key.isprintable() and " " not in key):
        raise _missing(f"What stands in {place} is not a key.")
    return key


def _content(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(LONGEST + 2)
    except (OSError, ValueError) as error:  # ValueError: not text
        raise _missing(f"The file {path} can't be read: {type(error).__name__}.") from None


def _missing(message: str) -> AccountRefused:
    refused = AccountRefused(message)
    refused.cause = "credentials_missing"
    return refused
