from __future__ import annotations

import socket

from config.supervisor.ports import LOCALHOST, free_port


def test_a_free_port_is_taken_as_wanted() -> None:
    wanted = free_port(0)
    assert free_port(wanted) == wanted


def test_a_busy_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as other:
        other.bind((LOCALHOST, 0))
        other.listen()
        busy = other.getsockname()[1]
        assert free_port(busy) not in (busy, 0)


def test_a_number_that_is_no_port_is_replaced_as_well() -> None:
    assert 0 < free_port(70_000) < 65_536
