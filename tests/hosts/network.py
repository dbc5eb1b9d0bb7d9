"""Hosts as network namespaces on one bridge: each with its own address, and a cable that can be pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import Self

IP = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin")


class Network:
    """A context manager. This machine's own address on the bridge is the first; hosts have the others."""

    def __init__(self) -> None:
        number = os.getpid()
        self._key = f"mg{number % 100_000}"
        self._net = f"10.{64 + number % 64}.{number // 64 % 256}"
        self.here = f"{self._net}.1"
        self.hosts: dict[str, Host] = {}

    def __enter__(self) -> Self:
        _ip("link", "add", self._key, "type", "bridge")
        _ip("address", "add", f"{self.here}/24", "dev", self._key)
        _ip("link", "set", self._key, "up")
        return self

    def __exit__(self, *_: object) -> None:
        for host in self.hosts.values():
            _ip("netns", "delete", host.namespace)
        _ip("link", "delete", self._key)

    def add(self, name: str) -> Host:
        number = len(self.hosts) + 2
        host = Host(f"{self._key}-{name}", f"{self._net}.{number}", f"{self._key}h{number}")
        _ip("netns", "add", host.namespace)
        self.hosts[name] = host
        _ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        _ip("link", "set", host.cable, "master", self._key, "up")
        _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", host.namespace, "link", "set", device, "up")
        return host


class Host:
    """One namespace. Files are those of the machine: what hosts share stands in the stores alone."""

    def __init__(self, namespace: str, address: str, cable: str) -> None:
        self.namespace, self.address, self.cable = namespace, address, cable

    def runs(self, *command: str) -> list[str]:
        """The command that runs another on this host."""
        return [str(IP), "netns", "exec", self.namespace, *command]

    def pull(self) -> None:
        """Pull the cable: nothing passes, and nobody is told that it does not."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        _ip("link", "set", self.cable, "up")


@cache
def missing() -> str:
    """Why there can be no such hosts here; empty: there can."""
    if os.geteuid() != 0 or IP is None:
        return "network namespaces want root and iproute2"
    try:
        with Network() as network:
            network.add("try")
    except RuntimeError as error:
        return f"this machine makes no network namespaces: {error}"
    return ""


def _ip(*words: str) -> None:
    done = subprocess.run([str(IP), *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
