"""Anchors: places in a text, found again after it changed."""
