"""An inference server in a process of its own, started in the way its container starts it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

REPOSITORY = Path(__file__).resolve().parents[4]
CONTAINERS = REPOSITORY / "sagemaker-containers"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Response:
    """The status, the headers (names in lower case) and the body of one HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Returns the body, decoded."""
        return json.loads(self.body)


class ServingProcess:
    """Starts a server on a free port of 127.0.0.1, and ends it when the block ends."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._arguments = [sys.executable, *arguments]
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LANG") if key in os.environ}
        self._environment = {
            **inherited,
            "SAGEMAKER_BIND_HOST": "127.0.0.1",
            "SAGEMAKER_BIND_TO_PORT": "0",
            **environment,
        }
        self._events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._closed = False
        self.port = 0

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._arguments, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._readers = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        self.errors = ""
        for reader in self._readers:
            reader.start()
        try:
            self.port = int(self.wait_for_event("ready", START_SECONDS)["port"])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    def events(self, name: str) -> list[dict[str, Any]]:
        """Returns the log's events of that name so far."""
        with self._changed:
            return [event for event in self._events if event.get("event") == name]

    def wait_for_event(self, name: str, seconds: float = 10.0, count: int = 1) -> dict[str, Any]:
        """Returns the `count`-th event of that name. AssertionError when it does not come or the process ends first."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [event for event in self._events if event.get("event") == name]
                if len(found) >= count:
                    return found[count - 1]
                remaining = deadline - time.monotonic()
                if self._closed or remaining <= 0:
                    raise AssertionError(f"no event {name!r}; events: {self._events}; stderr: {self.errors}")
                self._changed.wait(remaining)

    def connect(self, timeout: float = 30.0) -> http.client.HTTPConnection:
        """Returns a new connection, which the caller must close."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Sends one request on a connection of its own."""
        connection = self.connect()
        try:
            return send(connection, method, path, body, headers)
        finally:
            connection.close()

    def invoke(self, request: object) -> Response:
        """Sends POST /invocations with a JSON body."""
        body = json.dumps(request).encode()
        return self.request("POST", "/invocations", body, {"Content-Type": "application/json"})

    def terminate(self) -> None:
        """Sends SIGTERM."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """Returns the exit code. subprocess.TimeoutExpired when the process does not end in time."""
        return self.process.wait(timeout=seconds)

    def _read_events(self) -> None:
        if self.process.stdout is None:
            return
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "not-json", "line": line}
            with self._changed:
                self._events.append(event)
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _read_errors(self) -> None:
        if self.process.stderr is not None:
            for line in self.process.stderr:
                self.errors += line


def send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Sends one request on a connection that stays open."""
    connection.request(method, path, body=body, headers=dict(headers or {}))
    response = connection.getresponse()
    content = response.read()
    return Response(response.status, {key.lower(): value for key, value in response.getheaders()}, content)
