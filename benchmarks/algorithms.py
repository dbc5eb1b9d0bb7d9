"""Six algorithms beside other libraries' in the same run: time, memory, window edges, share of a quota.

    python benchmarks/algorithms.py [--rounds 15]

Time is one take at the client in microseconds, in the quietest round; the ratio is the median over all rounds
of its time to that of a bare EVALSHA in the same round, as the machine may be shared. Memory is what MEMORY
USAGE says of one key's data, after one take and with the quota spent. The other figures come from simulated
time on each library's memory store.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from _peers import MINUTE, RATE, START, Take, in_memory, in_redis, simulated

from config.embedded.redis import binary

CALLS = 200  # of each contender in a round
HOUR = 3_600
BARE = "bare EVALSHA"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with server() as (client, url):
        rounds_of = time_takes(client, url, rounds)
        memory = {name: bytes_of_a_key(client, take) for name, take in in_redis(client, url)}
    shares, edges = simulate(share_of_the_quota), simulate(most_in_one_window)
    bare = rounds_of.pop(BARE)
    print(f"{BARE}: {min(bare):.0f} µs (the quietest of {rounds} rounds of {CALLS} calls)")
    print(f"{'50 a minute':36} {'take µs':>8} {'x bare':>7} {'bytes, 1':>9} {'bytes, 50':>9}", end="")
    print(f" {'in any 60 s':>12} {'of the quota':>13}")
    for name, taken in rounds_of.items():
        first, full = memory[name]
        ratio = statistics.median(each / base for each, base in zip(taken, bare, strict=True))
        print(f"{name:36} {min(taken):8.0f} {ratio:7.2f} {first:9d} {full:9d}", end="")
        print(f" {edges[name]:11.0f} % {shares[name]:11.1f} %")


def time_takes(client: redis.Redis, url: str, rounds: int) -> dict[str, list[float]]:
    """Microseconds of a call in each round; contenders take turns, so that what disturbs one disturbs all."""
    digest = client.script_load("return 1")
    contenders: dict[str, Take] = {BARE: lambda key: bool(client.evalsha(digest, 1, key))}
    contenders.update(in_redis(client, url))
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, take in contenders.items():
            each = _microseconds(take, f"{number}")
            if number:  # the first round loads scripts
                taken[name].append(each)
    return taken


def _microseconds(take: Take, round_name: str) -> float:
    """Ten keys a batch, so that takes and refusals are both in it."""
    keys = [f"{round_name}-{number % 10}" for number in range(CALLS)]
    begin = time.perf_counter()
    for key in keys:
        take(key)
    return (time.perf_counter() - begin) / CALLS * 1_000_000


def bytes_of_a_key(client: redis.Redis, take: Take) -> tuple[int, int]:
    """After one take, and after as many as the quota."""
    client.flushdb()
    take("somebody")
    first = _stored(client)
    for _ in range(RATE - 1):
        take("somebody")
    return first, _stored(client)


def _stored(client: redis.Redis) -> int:
    return sum(int(client.memory_usage(key, samples=0) or 0) for key in client.scan_iter())


def simulate(measure: Callable[[Take, Callable[[float], None]], float]) -> dict[str, float]:
    with simulated() as move_to:
        return {name: measure(take, move_to) for name, take in in_memory(time.time)}


def share_of_the_quota(take: Take, move_to: Callable[[float], None]) -> float:
    """Percent of 50 a minute let in over an hour of asking all the time, after the first burst."""
    let_in = 0
    for tick in range(HOUR * 10):
        move_to(START + HOUR + tick / 10)
        let_in += take("quota") and tick >= MINUTE * 10
    return let_in / (RATE * (HOUR - MINUTE) / MINUTE) * 100


def most_in_one_window(take: Take, move_to: Callable[[float], None]) -> float:
    """Percent of 50 that came through in some span of 60 s: silence, then all at the end of a clock minute,
    then all that is let in."""
    passed: list[float] = []
    for tick in range(-10, 3 * MINUTE * 10):
        now = START + 2 * HOUR + MINUTE + tick / 10
        move_to(now)
        while len(passed) < 10 * RATE and take("edge"):
            passed.append(now)
    spans = ([each for each in passed if begin <= each < begin + MINUTE - 0.05] for begin in passed)
    return max(map(len, spans)) / RATE * 100


@contextmanager
def server() -> Iterator[tuple[redis.Redis, str]]:
    """A Redis that lives as long as the benchmark, on TCP: not every library speaks to a socket file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        command = [str(binary()), "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            client = redis.Redis(port=int(port))
            _wait_for(client)
            yield client, f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


def _wait_for(client: redis.Redis) -> None:
    for _ in range(500):
        try:
            client.ping()
            return
        except redis.exceptions.ConnectionError:
            time.sleep(0.02)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
