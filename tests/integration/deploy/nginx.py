"""deploy/nginx in a real nginx, with ports, folders and a certificate of the test's own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from config.supervisor.ports import free_port
from feedback.development.simulator.serving.certificate import self_signed
from tests.running import ROOT, wait_until

DEPLOY = ROOT / "deploy" / "nginx"
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
UPSTREAMS = (
    "server 127.0.0.1:8000 max_fails=3 fail_timeout=10s;\n"
    "    server 127.0.0.1:8001 max_fails=3 fail_timeout=10s;"
)
MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    types {{ text/html html; text/css css; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/http.conf;
    include {folder}/site.conf;
}}
"""


def here(*ports: int) -> list[str]:
    """Servers on this machine."""
    return [f"127.0.0.1:{port}" for port in ports]


class Nginx:
    """A context manager: nginx before these servers, answering at an address.

    `within` is the command that runs others where nginx shall run.
    """

    def __init__(
        self,
        folder: Path,
        servers: Sequence[str],
        static: Path | None = None,
        *,
        address: str = "127.0.0.1",
        within: Sequence[str] = (),
    ) -> None:
        self.folder, self._address, self._within = folder, address, within
        self.plain, self.port = free_port(0), free_port(0)
        self.url = f"https://{address}:{self.port}"
        self._write(servers, static or folder)

    def checked(self) -> str:
        """What `nginx -t` says."""
        done = subprocess.run(self._command("-t"), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def __enter__(self) -> Self:
        self.session = requests.Session()
        self.session.trust_env = False  # nor another bundle of certificates
        self.session.verify = str(self.folder / "certificate.pem")
        self._process = subprocess.Popen(self._command())
        wait_until(self._answers, "nginx answers")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
        self._process.terminate()
        self._process.wait()

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=60, **more)

    def has_logged(self, *parts: str) -> bool:
        """Whether one line has all of these; nginx writes it after the answer has gone out."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return any(all(part in line for part in parts) for line in lines)

    def _command(self, *words: str) -> list[str]:
        return [
            *self._within,
            str(PROGRAM),
            "-p",
            str(self.folder),
            "-c",
            str(self.folder / "nginx.conf"),
            *words,
        ]

    def _answers(self) -> bool:
        assert self._process.poll() is None, "nginx has ended"
        try:
            ssl.get_server_certificate((self._address, self.port))
        except OSError:
            return False
        return True

    def _write(self, servers: Sequence[str], static: Path) -> None:
        """The configuration with every place filled in that an installation has to fill in."""
        certificate = str(self_signed(self.folder))
        before = "\n    ".join(f"server {each} max_fails=3 fail_timeout=10s;" for each in servers)
        filled = {
            UPSTREAMS: before,
            "listen [::]:80;": "",
            "listen 80;": f"listen {self._address}:{self.plain};",
            "listen [::]:443 ssl http2;": "",
            "listen 443 ssl http2;": f"listen {self._address}:{self.port} ssl http2;",
            "/etc/ssl/feedback.example.edu/fullchain.pem": certificate,
            "/etc/ssl/feedback.example.edu/privkey.pem": certificate,
            "/var/log/nginx/marginalia.log": str(self.folder / "access.log"),
            "/srv/marginalia/var/static/": f"{static}/",
            "/srv/marginalia/deploy/nginx/pages": f'"{DEPLOY / "pages"}"',  # a checkout may be below a space
        }
        left = set(filled)
        for source, target in (
            ("marginalia-http.conf", "http.conf"), ("marginalia.conf", "site.conf"),
            ("marginalia-proxy.conf", "snippets/marginalia-proxy.conf"),
        ):  # fmt: skip
            text = (DEPLOY / source).read_text()
            left -= {place for place in filled if place in text}
            for place, ours in filled.items():
                text = text.replace(place, ours)
            (self.folder / target).parent.mkdir(exist_ok=True)
            (self.folder / target).write_text(text)
        assert not left, f"the configuration has no {left} any more"
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder))
