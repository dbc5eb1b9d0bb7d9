"""Reads of documents and drafts, as their owners see and export them."""
