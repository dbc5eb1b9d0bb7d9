"""Limits before pages: a view's decorator, and the answer to what is too much."""
