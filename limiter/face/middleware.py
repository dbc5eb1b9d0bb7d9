"""The former path of `LimitMiddleware`, which settings may still name in MIDDLEWARE."""

from __future__ import annotations

import warnings

from limiter.named.middleware import LimitMiddleware

__all__ = ["LimitMiddleware"]

warnings.warn(
    "limiter.face.middleware is limiter.named.middleware now; the old path goes with the next release.",
    DeprecationWarning,
    stacklevel=2,
)
