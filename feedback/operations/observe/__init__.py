"""Observability for operators: metrics, traces and the words of the log. docs/metrics.md, docs/logs.md.

`counters` is what only the processes know, `collector` what Postgres and Redis know; `exposition` puts both
in Prometheus's words. `tracing` follows a document from submit to feedback, `runs` is where a job's run is
seen by all three. Nothing here holds a word that a student wrote.
"""
