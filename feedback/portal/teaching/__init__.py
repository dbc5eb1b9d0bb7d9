"""The teacher's pages: courses and their members, assignments, reviews, and how a class is doing.

A teacher sees their own courses and what was handed in for these; anything else is as good as none.
"""
