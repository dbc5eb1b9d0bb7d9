from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout
from config.env import BASE_DIR
from tests.running import wait_until_gone

from .conftest import answers, stop_all

AS_ROOT = os.geteuid() == 0


def start_use_and_stop(layout: Layout) -> list[int]:
    """Returns the pids of the servers that were started."""
    servers = (EmbeddedPostgres(layout), EmbeddedRedis(layout))
    try:
        for server in servers:
            server.start()
        assert answers(layout)
        return [pid for server in servers if (pid := server.running()) is not None]
    finally:
        stop_all(layout)


@pytest.mark.parametrize(
    "place",
    ["plain", "a path with spaces, and a comma", "/".join(["deeper-and-deeper"] * 14), "naïve-日本"],
    ids=["plain", "spaces", "deep", "not-ascii"],
)
def test_both_servers_start_work_and_stop(folder: Path, place: str) -> None:
    var = folder / place / "var"
    var.mkdir(parents=True)
    pids = start_use_and_stop(Layout(var))
    assert len(pids) == 2
    wait_until_gone(*pids)


def test_a_folder_that_only_its_owner_may_enter_keeps_its_permissions(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    layout = Layout(private / "var")
    layout.var.mkdir(mode=0o700)
    assert len(start_use_and_stop(layout)) == 2
    assert (private.stat().st_mode & 0o777, layout.var.stat().st_mode & 0o777) == (0o700, 0o700)


def test_sockets_and_data_are_closed_to_other_accounts(layout: Layout) -> None:
    EmbeddedPostgres(layout).start()
    EmbeddedRedis(layout).start()
    for private in (layout.sockets, layout.postgres_data, layout.redis_data):
        assert private.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not AS_ROOT, reason="needs root, to become another user")
def test_an_ordinary_user_runs_the_servers_under_their_own_account(folder: Path) -> None:
    os.chown(folder, 1, 1)
    code = (
        "import sys; from pathlib import Path; from config.embedded import *\n"
        "layout = Layout(Path(sys.argv[1])); layout.var.mkdir()\n"
        "servers = (EmbeddedPostgres(layout), EmbeddedRedis(layout))\n"
        "try:\n"
        "    [server.start() for server in servers]\n"
        "    print(*(server.running() is not None for server in servers))\n"
        "finally:\n"
        "    [server.stop() for server in servers]\n"
    )
    # The capability stands for a Python and a checkout that this user may read.
    become = ["setpriv", "--reuid=1", "--regid=1", "--clear-groups", "--inh-caps=+dac_override"]
    become += ["--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup", "--"]
    done = subprocess.run(
        [*become, sys.executable, "-c", code, str(folder / "var")],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True True\n", done.stderr
    assert (folder / "var" / "postgres").stat().st_uid == 1


@pytest.mark.skipif(not AS_ROOT, reason="needs root, to hand the servers to another user")
def test_root_runs_the_servers_of_a_users_checkout_as_that_user(folder: Path) -> None:
    os.chown(folder, 1, 1)
    layout = Layout(folder / "var")
    layout.var.mkdir()
    assert len(start_use_and_stop(layout)) == 2
    assert layout.postgres_data.stat().st_uid == 1
    assert layout.redis_data.stat().st_uid == 1
