"""Errors of providers: classed by whom they concern, and redacted."""
