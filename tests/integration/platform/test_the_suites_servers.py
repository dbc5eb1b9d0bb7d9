from __future__ import annotations

import os
import subprocess
import sys

import pytest
import redis
from django.db import connection


@pytest.mark.django_db
def test_the_suite_runs_on_a_real_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_setting('server_version_num')::int")
        name, version = cursor.fetchone() or ("", 0)
    assert name.startswith("test_")
    assert version >= 140000


def test_each_process_of_the_suite_has_a_redis_database_of_its_own(
    redis_client: redis.Redis, redis_url: str
) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    redis_client.set("who", worker)
    assert redis.Redis.from_url(redis_url).get("who") == worker.encode()
    assert redis_client.connection_pool.connection_kwargs["db"] == (1 + int(worker[2:]) if worker else 0)


def test_a_child_process_sees_the_tests_own_database(child_environment: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_by_the_parent (word text)")
        cursor.execute("INSERT INTO left_by_the_parent VALUES ('hello')")
    code = (
        "import django; django.setup(); from django.db import connection as c; cursor = c.cursor(); "
        "cursor.execute('SELECT word FROM left_by_the_parent'); print(cursor.fetchone()[0])"
    )
    try:
        child = subprocess.run(
            [sys.executable, "-c", code], env=child_environment, capture_output=True, text=True, check=False
        )
        assert child.stdout == "hello\n", child.stderr
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE left_by_the_parent")
