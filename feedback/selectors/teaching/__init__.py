"""Reads of courses and classes, for their teachers."""
