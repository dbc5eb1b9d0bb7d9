"""The limiter in Django's admin: a module for each kind of row."""

from limiter.admin import pools, upstreams

__all__ = ["pools", "upstreams"]
