"""Settings of metrics: the right to read /metrics, and the folder where this machine's processes count."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import env

_MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own, read when it is imported

METRICS_OPEN = False  # to everybody: for a checkout on one's own machine
METRICS_TOKEN = env.text("METRICS_TOKEN", "")  # Authorization: Bearer ...
METRICS_ADDRESSES = env.words("METRICS_ADDRESSES")  # addresses or networks that may read without it

for _address in METRICS_ADDRESSES:
    try:
        ipaddress.ip_network(_address)
    except ValueError:
        raise ImproperlyConfigured(
            f"METRICS_ADDRESSES has {_address!r}: expected addresses or networks, with commas"
        ) from None


def metrics_folder(var: Path) -> str:
    """One folder for all processes of this machine; empty where it can't be made: each counts for itself.

    Called while the settings load, before anything imports prometheus_client.
    """
    folder = Path(os.environ.get(_MULTIPROCESS) or env.text("METRICS_DIR", str(var / "metrics")))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        os.environ.pop(_MULTIPROCESS, None)
        return ""
    os.environ[_MULTIPROCESS] = str(folder)
    return str(folder)
