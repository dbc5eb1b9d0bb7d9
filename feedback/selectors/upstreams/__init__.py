"""Reads of upstreams: which work may use them, and what they cost."""
