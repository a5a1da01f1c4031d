"""A Replicate on loopback that the real client talks to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FakeReplicate:
    """Plays the provider by script, and remembers what it was asked."""

    base_url: str = ""
    file: bytes = b""
    output: Any = "default"
    ending: str = "succeeded"
    error: str | None = None
    looks_before_end: int = 1
    refusals: list[tuple[int, dict[str, str], dict[str, str]]] = field(default_factory=list)
    creates: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    looks: int = 0
    is_cancelled: bool = False

    def create(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        if self.refusals:
            return self.refusals.pop(0)
        self.creates.append({"path": path, "headers": headers, **json.loads(body)})
        return 201, {}, self._prediction("starting")

    def look(self) -> tuple[int, dict[str, str], Any]:
        self.looks += 1
        if self.is_cancelled:
            return 200, {}, self._prediction("canceled")
        return 200, {}, self._prediction(self.ending if self.looks > self.looks_before_end else "processing")

    def cancel(self, path: str) -> tuple[int, dict[str, str], Any]:
        self.cancels.append(path)
        self.is_cancelled = True
        return 200, {}, self._prediction("canceled")

    def _prediction(self, status: str) -> dict[str, Any]:
        output = f"{self.base_url}/outputs/0" if self.output == "default" else self.output
        return {
            "id": "p1",
            "status": status,
            "output": output if status == "succeeded" else None,
            "error": self.error,
            "started_at": None if status in ("starting", "aborted") else "2026-11-22T10:00:00Z",
        }


class FakeServer(ThreadingHTTPServer):
    """Serves one fake."""

    def __init__(self, fake: FakeReplicate) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.fake = fake
        fake.base_url = f"http://127.0.0.1:{self.server_address[1]}"


class FakeHandler(BaseHTTPRequestHandler):
    """HTTP around the fake."""

    server: FakeServer

    @property
    def fake(self) -> FakeReplicate:
        return self.server.fake

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/v1/files":
            self.fake.uploads.append(body)
            self._answer(201, {}, {"id": "f1", "urls": {"get": f"{self.fake.base_url}/v1/files/f1"}})
        elif self.path.endswith("/cancel"):
            self._answer(*self.fake.cancel(self.path))
        else:
            self._answer(*self.fake.create(self.path, dict(self.headers), body))

    def do_GET(self) -> None:
        if self.path.startswith("/outputs/"):
            self._answer(200, {"Content-Type": "application/octet-stream"}, self.fake.file)
        else:
            self._answer(*self.fake.look())

    def _answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def open_replicate_fake() -> Iterator[FakeReplicate]:
    """Serves a fake on loopback for as long as the context lasts."""
    fake = FakeReplicate()
    with FakeServer(fake) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        server.shutdown()
        thread.join()
