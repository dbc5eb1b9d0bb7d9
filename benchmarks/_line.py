"""A gate with jobs waiting, on a Redis server of its own: what benchmarks of a decision have in common."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from config.embedded.redis import binary
from limiter.gate import Ended, FlowPolicy, Lease, Outcome, Ticket, UpstreamConfig, Usage
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    from redis.typing import EncodableT, FieldT

U, LIST = "bedrock", "rq:queue:bedrock"
GROUPS = 20
JOBS_OF_A_FLOW = 10
GENEROUS = UpstreamConfig(
    U, 1, requests_per_minute=600_000_000.0, burst=100_000, max_in_flight=1_000_000, flow_in_flight=1_000
)
EVERYTHING = replace(
    GENEROUS,
    tokens_per_minute=10**12,
    tokens_burst=10**9,
    tokens_per_day=10**13,
    multiplier=1.0,
    burndown=5.0,
)  # two currencies, one of them by minute and by day
PERSONAL = FlowPolicy(
    1, weight=2.0, max_in_flight=100, requests_per_minute=6_000_000.0, burst=10_000, tokens_per_day=10**12
)

# What an admission reads and writes beside its flow's queue: 9 commands, on keys of their kinds.
YARDSTICK = """
local call, base = redis.call, "yardstick:"
local time = call("TIME")
call("HMGET", base .. "hash", "4", "5", ARGV[1])
for _ = 1, 2 do call("ZRANGE", base .. "sorted", "0", "0") end
call("HMGET", base .. "hash", "1", "2", "3")
for _ = 1, 3 do call("ZADD", base .. "sorted", time[2], ARGV[1]) end
return call("HSET", base .. "hash", "1", ARGV[2], "2", ARGV[2], "3", ARGV[2], "4", ARGV[2], "5", ARGV[2])
"""
YARDSTICK_GIVEN = ("m" * 36, "v" * 60)  # a member, a value


def flow_of(number: int, size: int, flows: int | None = None) -> str:
    return f"flow{number % (flows or max(JOBS_OF_A_FLOW, size // JOBS_OF_A_FLOW))}"


class Line:
    """A gate with jobs waiting: ten a flow in three documents, flows in twenty groups."""

    def __init__(
        self,
        client: redis.Redis,
        size: int,
        *,
        listed: bool = False,
        everything: bool = False,
        flows: int | None = None,
    ) -> None:
        self._client, self._listed = client, listed
        client.flushdb()
        self.gate = RedisGate(client, lists={U: LIST} if listed else None)
        self.gate.configure(EVERYTHING if everything else GENEROUS)
        if everything:
            names = {flow_of(number, size, flows) for number in range(size)}
            groups = {f"group{number}": 1.0 + number % 3 for number in range(GROUPS)}
            self.gate.set_policies(U, flows=dict.fromkeys(names, PERSONAL), groups=groups)
        self._tickets = {each.job: each for each in (ticket(number, size, flows) for number in range(size))}
        self.offer_again(self._tickets)

    def offer_again(self, jobs: Iterable[str]) -> None:
        tickets = [self._tickets[job] for job in jobs]
        if self._listed:
            push(self._client, tickets)
            while self._client.llen(LIST) > self.gate.status(U).waiting:
                self.gate.expire(U)
        else:
            for each in tickets:
                self.gate.offer(U, each)


def filled(client: redis.Redis, size: int, *, everything: bool = False) -> RedisGate:
    return Line(client, size, everything=everything).gate


def ticket(number: int, size: int, flows: int | None) -> Ticket:
    flow = flow_of(number, size, flows)
    return Ticket(
        f"job{number}",
        flow,
        f"group{number % GROUPS}",
        document=f"{flow}-{number % 3}",
        tokens=1_000 + number % 500,
    )


def push(client: redis.Redis, tickets: Sequence[Ticket]) -> None:
    """As rq enqueues: the list and a hash for each job."""
    pipeline = client.pipeline(transaction=False)
    for each in tickets:
        described: dict[FieldT, EncodableT] = {
            "gate_flow": each.flow,
            "gate_group": each.group,
            "gate_document": each.document,
            "gate_tokens": str(each.tokens),
        }
        pipeline.hset(f"rq:job:{each.job}", mapping=described)
        pipeline.rpush(LIST, each.job)
    pipeline.execute()


def admit_into(gate: RedisGate, k: int, leases: list[Lease]) -> None:
    admission = gate.admit(U, k)
    assert len(admission.leases) == k, admission
    leases += admission.leases


def settle_next(gate: RedisGate, leases: list[Lease], several: int = 1) -> None:
    settle_all(gate, [leases.pop() for _ in range(several)])


def settle_all(gate: RedisGate, leases: Sequence[Lease]) -> None:
    ended = [Ended(lease.id, Outcome.SUCCESS, Usage(1_000, 100)) for lease in leases]
    assert all(each.applied for each in gate.settle_many(U, ended))


@contextmanager
def server(url: str | None = None, *, under: Sequence[str] = ()) -> Iterator[redis.Redis]:
    """The server that was named, or one that lives as long as this; `under` a tool that watches it."""
    if url is not None:
        yield redis.Redis.from_url(url)
        return
    with tempfile.TemporaryDirectory() as folder:
        socket = str(Path(folder) / "redis.sock")
        command = [
            *under,
            str(binary()),
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--save",
            "",
            "--dir",
            folder,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client = redis.Redis(unix_socket_path=socket)
            while not Path(socket).exists():
                time.sleep(0.02)
            yield client
        finally:
            process.terminate()
            process.wait()
