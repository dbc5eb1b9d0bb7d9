"""The limiter in Django's admin: a module for each kind of row."""

from limiter.admin import plans, pools, upstreams

__all__ = ["plans", "pools", "upstreams"]
