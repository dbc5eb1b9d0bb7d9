"""A path that settings may name works for one release more."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string

from limiter.named.middleware import LimitMiddleware


def test_the_former_path_of_the_middleware_is_the_same_class_and_says_where_it_is_now() -> None:
    with pytest.warns(DeprecationWarning, match=r"limiter\.named\.middleware"):
        assert import_string("limiter.face.middleware.LimitMiddleware") is LimitMiddleware
