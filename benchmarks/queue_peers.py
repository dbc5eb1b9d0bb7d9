"""What do limits cost? Jobs a second with and without, beside rq, Celery, Dramatiq, Procrastinate and Oban.

    make peers && PYTHONPATH=. python benchmarks/queue_peers.py [rounds]

Every library has the same job, which does nothing, in one process of its own, with 50 threads or coroutines
where it has any. All queues are in the same Redis or, for the last two, the same PostgreSQL with fsync on.
Ours is the wheel, installed into the peers' environment. No limit binds: what is measured is what it costs
to ask. Rounds are interleaved; the median is printed, and beside the rate what each job took of the
processor: on a machine that others use too, that is the figure to compare. benchmarks/queues/ says how each
library is asked for its limits.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
WHEELHOUSE = ROOT / ".wheelhouse"
SIDE = ROOT / "benchmarks" / "queues" / "side.py"
ROUNDS, SECONDS = 3, 600


@dataclass(slots=True)
class Peer:
    kind: str
    label: str
    limits: str  # which it has; empty: none
    jobs: int  # a round, so that each takes seconds
    rates: dict[str, list[float]] = field(default_factory=lambda: {"off": [], "on": []})
    work: dict[str, list[float]] = field(default_factory=lambda: {"off": [], "on": []})

    @property
    def ways(self) -> list[str]:
        return ["off", "on"] if self.limits else ["off"]

    def note(self, way: str, seconds: float, worked: float, jobs: float) -> None:
        self.rates[way].append(jobs / seconds)
        self.work[way].append(worked / jobs * 1e6)


PEERS = [
    Peer(
        "ours",
        "limiter (rqgate)",
        "rates, tokens, cap, a flow's, breaker, fair turns; over all processes",
        3_000,
    ),
    Peer("simple", "rq SimpleWorker", "RateLimit: a cap over all processes", 200),
    Peer("rq", "rq Worker", "RateLimit: a cap over all processes", 60),
    Peer("celery", "Celery, threads", "rate_limit: of each process by itself", 1_000),
    Peer("dramatiq", "Dramatiq", "a cap and a fixed window, asked within the job", 500),
    Peer("procrastinate", "Procrastinate", "", 500),
    Peer("oban", "Oban, open source", "", 1_000),
]


def there() -> list[Peer]:
    """Those whose package is installed: Oban needs Python 3.12."""
    found = "import importlib.util as u, sys; sys.exit(u.find_spec('oban') is None)"
    has_oban = subprocess.run([str(PYTHON), "-c", found], check=False).returncode == 0
    return [peer for peer in PEERS if peer.kind != "oban" or has_oban]


def install() -> None:
    """The wheel of this checkout, into the peers' environment."""
    offline = ["--no-index", "--find-links", str(WHEELHOUSE)] if (WHEELHOUSE / "filled").exists() else []
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--no-deps", *offline, "--wheel-dir", folder, str(ROOT)], check=True)
        (wheel,) = Path(folder).glob("rqgate-*.whl")
        options = ["--no-deps", "--no-index", "--force-reinstall"]
        subprocess.run([*pip, "--python", str(PYTHON), "install", *options, str(wheel)], check=True)


def measure(peer: Peer, way: str, redis: Redis, environment: dict[str, str]) -> None:
    redis.flushdb()
    _side(peer, way, "fill", environment)
    printed = _side(peer, way, "drain", environment).split()
    peer.note(way, *map(float, printed[-3:]))


def _side(peer: Peer, way: str, verb: str, environment: dict[str, str]) -> str:
    command = [str(PYTHON), str(SIDE), peer.kind, way, verb, str(peer.jobs)]
    ran = subprocess.run(
        command,
        cwd=SIDE.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr[-3_000:])
    return ran.stdout


def show(peers: list[Peer]) -> None:
    heads = ("jobs/s, limits off", "on", "µs CPU a job, off", "on", "limits cost")
    print("| no-op jobs, one process | " + " | ".join(heads) + " | its limits |")
    print("|---|" + "---:|" * len(heads) + "---|")
    for peer in peers:
        cells = [*_cells(peer.rates), *_cells(peer.work), _cost(peer)]
        print(f"| {peer.label} | " + " | ".join(cells) + f" | {peer.limits or 'none'} |")


def _cells(found: dict[str, list[float]]) -> list[str]:
    return [f"{statistics.median(each):,.0f}" if each else "-" for each in found.values()]


def _cost(peer: Peer) -> str:
    if not peer.limits:
        return "-"
    off, on = (statistics.median(peer.work[way]) for way in ("off", "on"))
    return f"{on - off:+,.0f} µs ({on / off - 1:+.0%})"


def main(rounds: int = ROUNDS) -> None:
    if not PYTHON.exists():
        sys.exit("The peers are not installed: make peers")
    install()
    peers = there()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        Path(folder).chmod(0o711)  # the servers may run under another account than root's
        layout = Layout(Path(folder))
        servers: tuple[EmbeddedPostgres | EmbeddedRedis, ...] = (
            EmbeddedPostgres(layout, dies_with_us=True),
            EmbeddedRedis(layout, settings={"appendonly": "no"}, dies_with_us=True),
        )
        for server in servers:
            server.start()
            running.callback(server.stop)
        environment = {
            "PATH": os.environ["PATH"],
            "REDIS_URL": layout.redis_url,
            "BROKER_URL": f"redis+socket://{layout.redis_socket}",
            "PEER_DATABASE_URL": layout.database_url,
            "OUR_DATABASE": f"{folder}/limiter.sqlite3",
        }
        redis = Redis.from_url(layout.redis_url)
        for _ in range(rounds):
            for peer in peers:
                for way in peer.ways:
                    measure(peer, way, redis, environment)
                    print(
                        f"  {peer.label}, limits {way}: {peer.rates[way][-1]:,.0f}",
                        file=sys.stderr,
                        flush=True,
                    )
    show(peers)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
