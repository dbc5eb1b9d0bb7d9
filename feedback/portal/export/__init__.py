"""A document with its comments as a file."""
