"""The names under which limits keep a caller's keys in Redis."""

from __future__ import annotations

import re
from hashlib import blake2b

LONGEST = 64  # characters of a key that are stored as they are; longer ones are hashed here
BESIDE = re.compile(r":(line|heard|wake:.*)$", re.DOTALL)  # what stands beside a key (lines.lua)


def key_in_redis(prefix: str, key: str) -> str:
    """One that is long, or could be taken for what stands beside another, is hashed."""
    if len(key) > LONGEST or BESIDE.search(key):
        key = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{prefix}:{key}"
