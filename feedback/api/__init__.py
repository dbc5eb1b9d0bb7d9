"""The HTTP API for programs, version 1. docs/api.md describes it.

Its rules are those of the pages: it calls the same services and selectors. Modules with routes do without
`from __future__ import annotations`, as their annotations are read while the routes are made.
"""
