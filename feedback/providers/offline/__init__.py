"""Feedback by rules: what a newcomer gets before any model is configured.

Imports nothing, so that `language` and its like come without the rules' dictionary and patterns (0.3 s).
"""
