"""A folder served on loopback in parts, and what was asked of it: nginx where installed, else a small server.

The small server is for machines without nginx; it runs in a process of its own, and its speed is Python's.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__ = ["Served", "Traffic", "served"]

_NGINX = """
daemon off; worker_processes 1; pid {run}/pid; error_log {run}/error.log;{user}
events {{ worker_connections 1024; }}
http {{
  log_format counted '$request_method $uri $status $body_bytes_sent';
  access_log {log} counted;
  sendfile on; tcp_nodelay on; keepalive_requests 1000000; default_type application/octet-stream;
  client_body_temp_path {run}/1; proxy_temp_path {run}/2; fastcgi_temp_path {run}/3; uwsgi_temp_path {run}/4;
  scgi_temp_path {run}/5;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@dataclass(frozen=True)
class Traffic:
    """What a server was asked for rasters, and what it sent."""

    requests: int
    megabytes: float


@dataclass(frozen=True)
class Served:
    """A folder on loopback."""

    url: str
    log: Path
    by: str

    def position(self) -> int:
        """Return where the log ends now."""
        return self.log.stat().st_size if self.log.is_file() else 0

    def segments(self, start: int) -> list[Traffic]:
        """Return the traffic since a position, cut where somebody asked for ``/mark``."""
        time.sleep(0.3)  # the last lines are still on their way
        with self.log.open() as stream:
            stream.seek(start)
            lines = [line.split() for line in stream]
        found, requests, size = [], 0, 0
        for _, path, _, sent in lines:
            if path == "/mark":
                found.append(Traffic(requests=requests, megabytes=size / 1e6))
                requests = size = 0
            elif path.endswith(".tif"):
                requests, size = requests + 1, size + int(sent)
        return found


@contextmanager
def served(folder: Path, run: Path) -> Iterator[Served]:
    """Serve a folder until the end of the block; `run` holds the server's own files."""
    run.mkdir(parents=True, exist_ok=True)
    log, port = run / "access.log", _free_port()
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx:
        user = " user root;" if os.geteuid() == 0 else ""
        text = _NGINX.format(run=run.resolve(), log=log.resolve(), port=port, folder=folder.resolve(), user=user)
        (run / "nginx.conf").write_text(text)
        command = [nginx, "-c", str((run / "nginx.conf").resolve()), "-e", str((run / "error.log").resolve())]
    else:
        command = [sys.executable, __file__, str(folder), str(port), str(log)]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield Served(url=f"http://127.0.0.1:{port}", log=log, by="nginx" if nginx else "a small Python server")
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit(f"the server on port {port} does not start")


class _Ranges(SimpleHTTPRequestHandler):
    """Files, whole or one range of them."""

    protocol_version = "HTTP/1.1"
    log_path = ""

    def log_message(self, *_: object) -> None:
        """Say nothing; requests are counted in the log file."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            self._count(404, 0)
            return
        size = path.stat().st_size
        first, last = self._asked(size)
        whole = "Range" not in self.headers
        self.send_response(200 if whole else 206)
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{path.stat().st_mtime_ns:x}-{size:x}"')
        if not whole:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if body:
            with path.open("rb") as stream:
                stream.seek(first)
                self.wfile.write(stream.read(last - first + 1))
        self._count(200 if whole else 206, last - first + 1 if body else 0)

    def _asked(self, size: int) -> tuple[int, int]:
        if "Range" not in self.headers:
            return 0, size - 1
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        return int(first), min(int(last or size), size - 1)

    def _count(self, status: int, sent: int) -> None:
        with Path(self.log_path).open("a") as log:
            log.write(f"{self.command} {self.path} {status} {sent}\n")


if __name__ == "__main__":
    _Ranges.log_path = sys.argv[3]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), partial(_Ranges, directory=sys.argv[1])).serve_forever()
