"""Jobs by the hundred thousand, made in Postgres itself: five of each document, nearly all of them done."""

from __future__ import annotations

from django.db import connection

PEOPLE = 2_000
KINDS = ["parse", "split", "analyse", "summarise", "deliver"]

# Keys in the order of their making, as UUIDv7 has them; the last group keeps the tables apart, and is what a
# list shows of a key.
_KEY = """
CREATE OR REPLACE FUNCTION pg_temp.many_key(n bigint, of_table bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT ('0190' || lpad(to_hex(n), 8, '0') || '70008000' || lpad(to_hex(of_table), 4, '0')
    || lpad(to_hex(n), 8, '0'))::uuid $$
"""

_PEOPLE = """
INSERT INTO feedback_user (id, password, is_superuser, first_name, last_name, is_staff, is_active,
    date_joined, email, name, role, language, time_zone, theme, priority)
SELECT pg_temp.many_key(n, 1), '!', false, '', '', false, true,
    now(), 'crowd' || n || '@example.org', 'Person ' || n, 'student', '', '', 'system', 0
FROM generate_series(1, %(people)s) AS n
"""

_DOCUMENTS = """
INSERT INTO feedback_document (id, owner_id, title, upstream, submission_key, urgency, state, problem,
    warnings, text, headings, cuts_of, revision, reviewed, generation, trace, created_at, finished_at)
SELECT pg_temp.many_key(n, 2), pg_temp.many_key(n %% %(people)s + 1, 1), 'Essay ' || n, 'bedrock',
    'many' || n, 'now', 'complete', '', '[]', '', '[]', '', 1, false, 1, '', at, at
FROM generate_series(1, %(documents)s) AS n,
    LATERAL (SELECT now() - (%(documents)s - n) * interval '1 minute' AS at) AS moment
"""

_SECTIONS = """
INSERT INTO feedback_section (id, document_id, position, heading, heading_path, start, "end")
SELECT pg_temp.many_key(n, 3), pg_temp.many_key(n, 2), 0, 'All of it', '[]', 0, 1
FROM generate_series(1, %(documents)s) AS n
"""

# One of 97 failed, one of 200 was cancelled, the newest hundred wait.
_JOBS = """
INSERT INTO feedback_job (id, kind, document_id, section_id, target, generation, state, queue, upstream,
    flow, "group", priority, tokens, trace, model, max_tokens, output_class, tier, fingerprint, scope, shared,
    saved_tokens, shares, lease_generation, attempt, failures, outcome, input_tokens, output_tokens,
    cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, served_tier, measured, problem, error,
    problem_message, error_message,
    created_at, waiting_since, started_at, finished_at, settled_at)
SELECT pg_temp.many_key(n, 4), kind, pg_temp.many_key(doc, 2),
    CASE WHEN kind = 'analyse' THEN pg_temp.many_key(doc, 3) END,
    pg_temp.many_key(doc, CASE WHEN kind = 'analyse' THEN 3 ELSE 2 END),
    1, state, kind, CASE WHEN kind IN ('analyse', 'summarise') THEN 'bedrock' ELSE '' END,
    'user:' || pg_temp.many_key(doc %% %(people)s + 1, 1), 'personal', 0, 4000, '', 'model', 1000, '', '',
    '', '', '', 0, '[]', 0, 1, (state = 'failed')::int,
    CASE state WHEN 'done' THEN 'success' WHEN 'failed' THEN 'failure' ELSE '' END, 3000, 500, 0, 0,
    0, '', true,
    '', '',
    CASE WHEN state = 'failed' THEN '{"code": "service_down", "arguments": {}}'::jsonb END,
    CASE WHEN state = 'failed' THEN '{"code": "unavailable", "arguments": {"text": "no answer"}}'::jsonb END,
    at, at, CASE WHEN state <> 'waiting' THEN at + interval '20 seconds' * (1 + n %% 7) END,
    CASE WHEN state <> 'waiting' THEN at + interval '3 minutes' END,
    CASE WHEN state <> 'waiting' THEN at + interval '3 minutes' END
FROM generate_series(1, %(jobs)s) AS n,
    LATERAL (SELECT (n - 1) / 5 + 1 AS doc, (%(kinds)s::text[])[(n - 1) %% 5 + 1] AS kind,
        CASE WHEN n > %(jobs)s - 100 THEN 'waiting' WHEN n %% 97 = 0 THEN 'failed'
             WHEN n %% 200 = 7 THEN 'cancelled' ELSE 'done' END AS state,
        now() - (%(jobs)s - n) * interval '12 seconds' AS at) AS each
"""


def many_jobs(jobs: int) -> None:
    """So many jobs with their documents, sections and people, and statistics for the planner."""
    with connection.cursor() as cursor:
        cursor.execute(_KEY)
        for statement in (_PEOPLE, _DOCUMENTS, _SECTIONS, _JOBS):
            cursor.execute(
                statement, {"people": PEOPLE, "documents": jobs // 5, "jobs": jobs, "kinds": KINDS}
            )
        for table in ("user", "document", "section", "job"):
            cursor.execute(f"ANALYZE feedback_{table}")
