"""Reads of jobs: what waits and why, what failed, and when work may begin."""
