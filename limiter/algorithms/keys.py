"""The names under which limits keep a caller's keys in Redis."""

from __future__ import annotations

from hashlib import blake2b

LONGEST = 64  # characters of a key that are stored as they are; longer ones are hashed here


def key_in_redis(prefix: str, key: str) -> str:
    if len(key) > LONGEST:
        key = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{prefix}:{key}"
