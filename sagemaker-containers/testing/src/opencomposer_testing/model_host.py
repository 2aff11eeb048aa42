"""A web server on 127.0.0.1 that hands out model files, or misbehaves in a stated way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Reply = Callable[[socket.socket], None]


class ModelHost:
    """Gives each path its reply, a function that writes raw bytes, and counts the requests of each path."""

    def __init__(self) -> None:
        self._replies: dict[str, Reply] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.requests: list[str] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    @property
    def origin(self) -> str:
        """Returns the host's origin as the server's environment takes it."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def url(self, path: str) -> str:
        """Returns the URL of a path."""
        return self.origin + path

    def serve(self, path: str, content: bytes, *, delay_seconds: float = 0.0) -> str:
        """Serves a file correctly at a path and returns its URL."""

        def reply(connection: socket.socket) -> None:
            self._stop.wait(delay_seconds)
            connection.sendall(head(200, {"Content-Length": str(len(content))}) + content)

        return self.misbehave(path, reply)

    def misbehave(self, path: str, reply: Reply) -> str:
        """Sends whatever the function writes for a path, and returns its URL."""
        self._replies[path] = reply
        return self.url(path)

    def drip(self, path: str, declared: int, pause_seconds: float) -> str:
        """Sends one byte at a time for ever at a path, and returns its URL."""

        def reply(connection: socket.socket) -> None:
            connection.sendall(head(200, {"Content-Length": str(declared)}))
            while not self._stop.wait(pause_seconds):
                connection.sendall(b"x")

        return self.misbehave(path, reply)

    def count(self, path: str) -> int:
        """Returns the number of requests that came for a path."""
        with self._lock:
            return self.requests.count(path)

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._respond, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _respond(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            received = b""
            deadline = time.monotonic() + 10
            while b"\r\n\r\n" not in received and time.monotonic() < deadline:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                received += chunk
            path = received.split(b" ")[1].decode().partition("?")[0]
            with self._lock:
                self.requests.append(path)
            reply = self._replies.get(path)
            if reply is None:
                connection.sendall(head(404, {"Content-Length": "0"}))
            else:
                reply(connection)


def head(status: int, headers: dict[str, str]) -> bytes:
    """Returns the status line and headers of a response."""
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
