"""Feedback in a terminal from a site elsewhere, over its HTTP API: needs neither settings nor a database.

    MARGINALIA_TOKEN=mrg_... python -m feedback.remote essay.docx --server https://feedback.example.edu

`manage.py analyze --server` is the same.
"""
