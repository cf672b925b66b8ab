"""A server on loopback that does what servers do when they fail, on request and in order."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Seen:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    sent: int = 0


@dataclass
class FaultServer:
    """Files and answers by path; `faults[path]` is a list of what goes wrong at the next requests ("" for nothing).

    `always[path]` goes wrong at every request after those.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Callable[[Seen], Any]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    stall_s: float = 3.0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "FaultServer":
        self.http = _Http(("127.0.0.1", 0), _Handler)
        self.http.owner = self
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.http.shutdown()
        self.http.server_close()

    @property
    def sent(self) -> int:
        return sum(one.sent for one in self.seen)

    def fault(self, path: str) -> str:
        with self.lock:
            waiting = self.faults.get(path)
            return waiting.pop(0) if waiting else self.always.get(path, "")


class _Http(ThreadingHTTPServer):
    owner: FaultServer
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing: connections that break are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body)
        path = urlsplit(self.path).path
        with self.server.owner.lock:
            self.server.owner.seen.append(seen)
        try:
            self.send_for(path, seen, self.server.owner.fault(path))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send_for(self, path: str, seen: Seen, fault: str) -> None:
        if fault == "stall":
            self.server.owner.done.wait(self.server.owner.stall_s)
        if fault == "expired":
            self.reply(403, b"<Error>Request has expired, sig=SECRET</Error>", {}, seen=seen)
            return
        if fault[:1].isdigit():  # "503 Retry-After: 1"
            status, _, header = fault.partition(" ")
            name, _, value = header.partition(": ")
            self.reply(int(status), b"<Error>sig=SECRET</Error>", {name: value} if name else {}, seen=seen)
            return
        if path in self.server.owner.answers:
            found = self.server.owner.answers[path](seen)
            data = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.whole(data, {"Content-Type": "application/geo+json"}, seen, fault)
            return
        if path not in self.server.owner.files:
            self.reply(404, b"no such file", {}, seen=seen)
            return
        self.part(path, seen, fault)

    def part(self, path: str, seen: Seen, fault: str) -> None:
        data, headers = (
            self.server.owner.files[path],
            {"Accept-Ranges": "bytes", **self.server.owner.headers.get(path, {})},
        )
        tag = self.server.owner.etags.get(path)
        if tag:
            headers["ETag"] = tag
            if seen.headers.get("if-match") not in {None, tag}:
                self.reply(412, b"", headers, seen=seen)
                return
        asked = seen.headers.get("range")
        if asked is None or fault == "no range":
            self.whole(data, headers, seen, fault)
            return
        first, last = asked.removeprefix("bytes=").split("-")
        start = int(first) if first else len(data) - int(last)
        end = min(int(last or len(data)) if first else len(data) - 1, len(data) - 1)
        if start >= len(data):
            self.reply(416, b"", {"Content-Range": f"bytes */{len(data)}"}, seen=seen)
            return
        total = len(data) + 7 if fault == "other total" else len(data)
        if fault == "other part":
            start, end = start + 1, end + 1
        headers["Content-Range"] = f"bytes {start}-{end}/{total}"
        self.whole(data[start : end + 1], headers, seen, fault, status=206)

    def whole(self, data: bytes, headers: dict[str, str], seen: Seen, fault: str, *, status: int = 200) -> None:
        length = len(data) + {"longer than said": -1, "shorter than said": 1}.get(fault, 0)
        self.reply(status, data, {**headers, "Content-Length": str(length)}, seen=seen, fault=fault)

    def reply(self, status: int, data: bytes, headers: dict[str, str], *, seen: Seen, fault: str = "") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        half = data[: len(data) // 2]
        if fault == "drip":
            for index in range(len(data)):
                if self.server.owner.done.wait(0.05):
                    return
                self.wfile.write(data[index : index + 1])
            return
        seen.sent += len(half if fault in {"reset", "truncated"} else data)
        self.wfile.write(half if fault in {"reset", "truncated"} else data)
        self.wfile.flush()
        if fault == "reset":
            time.sleep(0.02)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        if fault in {"truncated", "shorter than said", "longer than said"}:
            self.close_connection = True
