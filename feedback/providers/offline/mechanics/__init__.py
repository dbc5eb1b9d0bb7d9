"""Spelling and grammar: an engine in a child process of its own, and what is made of what it finds.

Imports nothing, so that asking costs nothing until a text is checked.
"""
