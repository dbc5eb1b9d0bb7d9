"""Telling people when something needs them. docs/alerts.md.

`signals` measures, `evaluation` opens and resolves incidents, `outbox` sends what that calls for through one
of `senders`. The command `alerts` runs all of it every few seconds.
"""
