"""Rows by the million: copies of a real document with its jobs and events, made by PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

JOBS_EACH = 10  # of a document: eight sections, the reading and the summary
DAY = 86_400_000
# A key of time, as UUIDv7: documents of a year, one after the other, and the jobs of each beside it.
KEY = (
    "(lpad(to_hex({begin} + {n} * {step}), 12, '0') || '7' || lpad(to_hex({k}), 3, '0') || '8000' || "
    "lpad(to_hex({n}), 12, '0'))::uuid"
)


def fill(documents: int, owners: int, begin: int) -> None:
    """So many complete documents of so many people, over a year from `begin` on (milliseconds)."""
    from django.db import connection

    from feedback.models import Document, Job, JobEvent
    from tests.factories import reading
    from tests.factories.work import a_student

    document = reading.a_read_document(a_student(), sections=JOBS_EACH - 1)
    job = document.jobs.filter(section__isnull=False).earliest("id")
    Job.objects.filter(pk=job.pk).update(
        outcome="success", model="m", output_class="c", lease="l", attempt=1, input_tokens=1500,
        output_tokens=600, started_at=job.created_at,
    )  # fmt: skip
    event = JobEvent.objects.create(job=job, kind=JobEvent.Kind.DONE, attempt=1)
    step = 365 * DAY // documents
    key = {"begin": begin, "step": step}
    moment = f"to_timestamp(({begin} + n::bigint * {step}) / 1000.0)"
    owner = f"(SELECT key FROM owners WHERE number = mod(n, {owners}))"  # noqa: S608 - a number of ours
    with connection.cursor() as cursor, without_indexes(Document, Job, JobEvent):
        cursor.execute("SET session_replication_role = replica")  # no trigger looks at each row
        cursor.execute(  # numbers of ours alone
            "CREATE TABLE owners AS SELECT number, "  # noqa: S608
            f"{KEY.format(n='number', k='0', begin=begin, step=1)} AS key "
            f"FROM generate_series(0, {owners - 1}) AS number"
        )
        cursor.execute("ALTER TABLE owners ADD PRIMARY KEY (number)")
        copies(
            document.owner, f"generate_series(0, {owners - 1}) AS n",
            {"id": KEY.format(n="n", k="0", begin=begin, step=1), "email": "n || '@example.org'"},
        )  # fmt: skip
        mine = KEY.format(n="n::bigint", k="0", **key)
        copies(
            document, f"generate_series(1, {documents}) AS n",
            {"id": mine, "owner_id": owner, "submission_key": "n::text", "created_at": moment,
             "finished_at": moment},
        )  # fmt: skip
        this = KEY.format(n="n::bigint", k="k", **key)
        copies(
            job, f"generate_series(1, {documents}) AS n, generate_series(1, {JOBS_EACH}) AS k",
            {"id": this, "document_id": mine, "section_id": this, "target": this,
             "flow": f"'user:' || {owner}", "created_at": moment, "waiting_since": moment,
             "started_at": moment, "finished_at": moment, "settled_at": moment},
        )  # fmt: skip
        copies(
            event, f"generate_series(1, {documents}) AS n, generate_series(1, {JOBS_EACH}) AS k",
            {"id": f"n::bigint * {JOBS_EACH} + k + 1000", "job_id": this, "at": moment},
        )  # fmt: skip
        cursor.execute("SET session_replication_role = origin")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copies(row: Model, source: str, other: Mapping[str, str]) -> None:
    """As many copies of a row as the source has, with other values in these columns."""
    from django.db import connection

    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields]
    values = [other.get(str(column), f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)} "  # noqa: S608 - ours
            f"FROM {source}, {table} AS t WHERE t.id = %s",
            [row.pk],
        )


@contextmanager
def without_indexes(*models: type[Model]) -> Iterator[None]:
    """Indexes that are no constraint's are made after the rows: all at once is many times faster."""
    from django.db import connection

    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint)",
            [tables],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in found:
            cursor.execute(definition)
