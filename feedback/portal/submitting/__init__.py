"""Handing in: the form, its draft and its preview."""
