"""The HTTP server of an inference container: `GET /ping` and `POST /invocations`.

The contract: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html

Each connection has a thread, but only one inference runs at a time: a technique uses all cores by itself, so that two
at once would only make both slow, while `/ping` must get its response within two seconds whatever else happens. Only a
model that computes for seconds lets others begin beside it. Everything a client sends is bounded in bytes, time and
count.
"""

from __future__ import annotations

import io
import json
import re
import select
import socket
import socketserver
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from opencomposer_serving.chunked_body import read_chunked
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.deadline_reader import DeadlineReader
from opencomposer_serving.event_log import EventLog
from opencomposer_serving.failures import FailureCode, InvocationFailure
from opencomposer_serving.invocation import (
    SCHEMA_VERSION,
    InvocationRequest,
    InvocationRules,
    parse_invocation,
)
from opencomposer_serving.loaded_model import LoadedModel
from opencomposer_serving.model_cache import ModelCache
from opencomposer_serving.technique import Generated, Technique

MAX_BODY_BYTES = 4 * 1024 * 1024
"""The largest body of a request or response, which is what a serverless endpoint carries."""
MAX_CONNECTIONS = 128
MAX_WAITING_INVOCATIONS = 32
IDLE_SECONDS = 75.0
READ_SECONDS = 15.0
WRITE_SECONDS = 15.0
STOP_WORK_SECONDS = 25.0
"""The time that running work gets after a stop. SageMaker kills a container 30 s after SIGTERM."""
STOP_READING_SECONDS = 1.0
LINGER_SECONDS = 0.5
LINGER_BYTES = 8 * MAX_BODY_BYTES

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
"""The hosts of a local cloud. A server that is bound to one of them may share its machine with a browser, so it accepts
only its own Host. In an image it binds 0.0.0.0. The name by which SageMaker calls it there is unknown, so it accepts
any Host, or none."""

CONTENT_LENGTH = re.compile(r"[0-9]{1,12}")

ModelT = TypeVar("ModelT")


class InferencePlace:
    """The one place in which a technique computes. It is held until the work ends or gives way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, deadline: Deadline) -> Iterator[Callable[[], None]]:
        """Holds the place during the block. A call of the yielded function gives it to the next before the block ends.

        Raises BUSY when the place is not free in time.
        """
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise InvocationFailure("BUSY", "other invocations took all the time; try again")
        given = threading.Lock()

        def give_way() -> None:
            if given.acquire(blocking=False):
                self._lock.release()

        try:
            yield give_way
        finally:
            give_way()


class Invoker(Generic[ModelT]):
    """Responds to one invocation: validates it, takes the model, generates, describes the result."""

    def __init__(
        self,
        *,
        technique: Technique[ModelT],
        models: ModelCache[LoadedModel],
        max_model_bytes: int,
        request_seconds: float,
    ) -> None:
        self._technique = technique
        self._models = models
        self._request_seconds = request_seconds
        self._rules = InvocationRules(technique.document.id, technique.document.parameters, max_model_bytes)
        self._places = threading.BoundedSemaphore(MAX_WAITING_INVOCATIONS)
        self._inference = InferencePlace()

    def invoke(self, body: bytes, still_wanted: Callable[[], bool], facts: dict[str, object]) -> bytes:
        """Returns the response as JSON bytes, and adds to `facts` what the access line should say.

        The same body gives the same bytes if the time suffices, except for the member `seconds`, which comes last.
        Raises InvocationFailure, and ClientGone when `still_wanted` returns False before the work begins.
        """
        started = time.perf_counter()
        deadline = Deadline.after(self._request_seconds)
        request = parse_invocation(body, self._rules)
        facts.update(modelSha256=request.model.sha256, bars=request.melody.bars, seed=request.seed)
        if not self._places.acquire(blocking=False):
            raise InvocationFailure("BUSY", f"{MAX_WAITING_INVOCATIONS} invocations are waiting; try again")
        try:
            with self._models.lease(request.model, deadline) as leased:
                facts["modelSource"] = leased.source
                with leased.model.turn(deadline), self._inference.hold(deadline) as give_way:
                    if not still_wanted():
                        raise ClientGone
                    deadline.check("waiting for other invocations")
                    generated = leased.model.generate(request, body, deadline, give_way)
        finally:
            self._places.release()
        response = response_bytes(request, generated, time.perf_counter() - started)
        if len(response) > MAX_BODY_BYTES:
            raise InvocationFailure(
                "INTERNAL", f"the response has {len(response)} bytes, and an endpoint carries {MAX_BODY_BYTES}"
            )
        return response


def response_bytes(request: InvocationRequest, generated: Generated, seconds: float) -> bytes:
    """Returns the response of contracts/invocation-response.schema.json as JSON."""
    response: dict[str, object] = {
        "schemaVersion": SCHEMA_VERSION,
        "technique": request.technique,
        "modelSha256": request.model.sha256,
        "tracks": [
            {
                "name": track.name,
                "program": track.program,
                **({"isDrums": True} if track.is_drums else {}),
                "notes": [note._asdict() for note in track.notes],
            }
            for track in generated.tracks
        ],
        "metrics": dict(generated.metrics),
        **generated.extra,
        "seconds": round(seconds, 6),
    }
    return json.dumps(response, allow_nan=False, ensure_ascii=True, separators=(",", ":")).encode("ascii")


class ClientGone(Exception):
    """The client closed its connection before it got its response."""


class InvocationHandler(Protocol):
    """The part of an `Invoker` that the server uses, for models of any technique."""

    def invoke(self, body: bytes, still_wanted: Callable[[], bool], facts: dict[str, object]) -> bytes:
        """Does what `Invoker.invoke` does."""


class Traffic:
    """Counts requests that are being read and those being worked on, so that a stop can wait a while for each kind."""

    def __init__(self, *, work_seconds: float, reading_seconds: float) -> None:
        self._work_seconds = work_seconds
        self._reading_seconds = reading_seconds
        self._changed = threading.Condition()
        self._reading = 0
        self._working = 0
        self.stopping = threading.Event()

    @contextmanager
    def request(self) -> Iterator[Callable[[], None]]:
        """Counts a request that has begun to arrive. Call the yielded function when all of it is here."""
        self._count(reading=1)
        complete = False

        def arrived() -> None:
            nonlocal complete
            complete = True
            self._count(reading=-1, working=1)

        try:
            yield arrived
        finally:
            if complete:
                self._count(working=-1)
            else:
                self._count(reading=-1)

    def _count(self, *, reading: int = 0, working: int = 0) -> None:
        with self._changed:
            self._reading += reading
            self._working += working
            self._changed.notify_all()

    def wait_until_done(self) -> bool:
        """Waits, after a stop, for all work, and shortly for requests that arrive. Returns False if time ran out."""
        began = time.monotonic()
        with self._changed:
            while self._working or self._reading:
                spent = time.monotonic() - began
                grace = self._work_seconds if self._working else self._reading_seconds
                if spent >= grace:
                    return not self._working
                self._changed.wait(grace - spent)
        return True


class InferenceServer(socketserver.ThreadingMixIn, HTTPServer):
    """The server. It listens from the moment it is made, and responds in `serve_until_stopped`."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, *, host: str, port: int, invoker: InvocationHandler, log: EventLog) -> None:
        self.invoker = invoker
        self.log = log
        self.traffic = Traffic(work_seconds=STOP_WORK_SECONDS, reading_seconds=STOP_READING_SECONDS)
        self._connections = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.is_local = host in LOOPBACK_HOSTS
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), InferenceRequestHandler)

    @property
    def port(self) -> int:
        """Returns the port that is really bound, which differs from the one asked for if that is 0."""
        return int(self.socket.getsockname()[1])

    def server_bind(self) -> None:
        # HTTPServer would look its own name up in DNS here, which can take seconds and is of no use.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._connections.acquire(blocking=False):
            self.shutdown_request(request)
            self.log.event("connection-refused", reason=f"{MAX_CONNECTIONS} connections are open")
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._connections.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.log.event("connection-failed", traceback=traceback.format_exc(limit=20))

    def serve_until_stopped(self, stop: threading.Event) -> bool:
        """Responds until `stop` is set, then finishes the requests under way. Returns False if one was cut off."""
        acceptor = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="acceptor")
        acceptor.start()
        stop.wait()
        self.traffic.stopping.set()
        self.shutdown()
        acceptor.join()
        self.socket.close()
        return self.traffic.wait_until_done()


@dataclass
class Exchange:
    """One request and its response, for the access line."""

    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: float = field(default_factory=time.perf_counter)
    facts: dict[str, object] = field(default_factory=dict)
    status: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    body_is_read: bool = False


class InferenceRequestHandler(BaseHTTPRequestHandler):
    """Handles one connection, which is kept alive over many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: InferenceServer

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._reader = DeadlineReader(self.connection, Deadline.after(IDLE_SECONDS))
        self._buffered = io.BufferedReader(self._reader, 64 * 1024)
        self.rfile = self._buffered

    def handle(self) -> None:
        with suppress(OSError):  # the client went away between two requests
            while self._request_has_begun():
                self._serve_one()
                if self.close_connection:
                    return

    def _request_has_begun(self) -> bool:
        self._reader.deadline = Deadline.after(IDLE_SECONDS)
        return bool(self._buffered.peek(1))

    def _serve_one(self) -> None:
        exchange = Exchange()
        self.close_connection = True
        self.command, self.path, self.requestline = "", "", ""
        try:
            with self.server.traffic.request() as arrived:
                try:
                    body = self._receive(exchange)
                    arrived()
                    response = self._respond(body, exchange)
                except InvocationFailure as error:
                    self._send_failure(error, exchange)
                except ClientGone:
                    raise
                except Exception:  # noqa: BLE001 - the last line of defense: one bad request must not end the server
                    self.server.log.event(
                        "request-failed", requestId=exchange.request_id, traceback=traceback.format_exc(limit=30)
                    )
                    self._send_failure(
                        InvocationFailure(
                            "INTERNAL", f"the server failed; its log has the reason (request {exchange.request_id})"
                        ),
                        exchange,
                    )
                else:
                    self._send(200, response, exchange)
        except ClientGone:
            self.close_connection = True
            exchange.facts["clientGone"] = True
        finally:
            self._write_access_line(exchange)

    def _receive(self, exchange: Exchange) -> bytes:
        """Reads one whole request and returns its body (empty for a GET)."""
        self._reader.deadline = Deadline.after(READ_SECONDS)
        try:
            self.raw_requestline = self._buffered.readline(65537)
            if len(self.raw_requestline) > 65536:
                raise InvocationFailure("BAD_REQUEST", "the request line is too long")
            if not self.parse_request() or self.request_version == "HTTP/0.9":
                raise InvocationFailure("BAD_REQUEST", "this is not an HTTP/1.1 request")
            self.path = self.path.partition("?")[0]
            # Until the whole body is read, it is unknown where the next request begins.
            keep_alive, self.close_connection = not self.close_connection, True
            self._check_caller()
            length = self._declared_length()
            max_bytes = MAX_BODY_BYTES if self.command == "POST" else 0
            self._check_route(length, max_bytes)
            if self.headers.get("Expect", "").lower() == "100-continue":
                self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = read_chunked(self._buffered, max_bytes) if length is None else self._buffered.read(length)
        except TimeoutError:
            raise InvocationFailure(
                "REQUEST_TIMEOUT", f"the request did not arrive within {READ_SECONDS:g} seconds"
            ) from None
        except (OSError, EOFError):
            raise ClientGone from None
        if length is not None and len(body) < length:
            raise ClientGone
        exchange.request_bytes = len(body)
        exchange.body_is_read = True
        self.close_connection = not keep_alive
        return body

    def _check_caller(self) -> None:
        """Refuses web pages, where a browser can reach this server directly, or by a name that leads here."""
        if not self.server.is_local:
            return
        hosts = [f"{host}:{self.server.server_port}" for host in ("127.0.0.1", "localhost", "[::1]")]
        given = self.headers.get_all("Host", [])
        is_ours = len(given) == 1 and given[0] in hosts
        sites = self.headers.get_all("Sec-Fetch-Site", [])
        if not is_ours or self.headers.get("Origin") is not None or any(site != "none" for site in sites):
            raise InvocationFailure(
                "FORBIDDEN",
                f"this server serves programs on this machine, and no web page; Host must be {' or '.join(hosts)}",
            )

    def _declared_length(self) -> int | None:
        """Returns the length of the body, or None where it comes in chunks."""
        declared = self.headers.get_all("Content-Length", [])
        encodings = self.headers.get_all("Transfer-Encoding", [])
        if encodings:
            # AWS does not say how the body of an invocation is framed on its way to the container. Programs that call
            # the local server always send a length.
            if self.server.is_local:
                raise InvocationFailure("LENGTH_REQUIRED", "send Content-Length; chunked bodies are not accepted")
            # A proxy could believe the other length, and would then see the end of this request at another place.
            if declared or self.request_version != "HTTP/1.1":
                raise InvocationFailure(
                    "BAD_REQUEST", "Transfer-Encoding must come without Content-Length, and with HTTP/1.1"
                )
            if len(encodings) != 1 or encodings[0].strip().lower() != "chunked":
                raise InvocationFailure("BAD_REQUEST", "Transfer-Encoding must be chunked, and nothing else")
            return None
        if not declared:
            if self.command == "POST":
                raise InvocationFailure("LENGTH_REQUIRED", "the request has no Content-Length")
            return 0
        if len(set(declared)) != 1 or not CONTENT_LENGTH.fullmatch(declared[0].strip()):
            raise InvocationFailure("BAD_REQUEST", "Content-Length is not one whole number")
        return int(declared[0])

    def _check_route(self, length: int | None, max_bytes: int) -> None:
        methods = {"/ping": "GET", "/invocations": "POST"}
        if self.path not in methods:
            raise InvocationFailure("NOT_FOUND", "there are only GET /ping and POST /invocations")
        if self.command != methods[self.path]:
            raise InvocationFailure("METHOD_NOT_ALLOWED", f"{self.path} takes {methods[self.path]} only")
        if length is not None and length > max_bytes:
            raise InvocationFailure(
                "PAYLOAD_TOO_LARGE", f"the body has {length} bytes (allowed: {MAX_BODY_BYTES} for /invocations)"
            )
        if self.command == "POST" and self.headers.get_content_type() != "application/json":
            raise InvocationFailure("UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")

    def _respond(self, body: bytes, exchange: Exchange) -> bytes:
        if self.path == "/ping":
            return b""
        if self.server.traffic.stopping.is_set():
            self.close_connection = True
            raise InvocationFailure("STOPPING", "the server is stopping; try again")
        return self.server.invoker.invoke(body, self._client_waits, exchange.facts)

    def _client_waits(self) -> bool:
        """Returns True if the client still holds its connection open (one that closed only its half counts as gone)."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        if not poll.poll(0):
            return True
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _send_failure(self, failure: InvocationFailure, exchange: Exchange) -> None:
        exchange.facts.update(code=failure.code, message=failure.message[:1024])
        body = json.dumps(failure.as_json(), ensure_ascii=True, separators=(",", ":")).encode("ascii")
        self._send(failure.status, body, exchange)
        if not exchange.body_is_read:
            self._linger()

    def _send(self, status: int, body: bytes, exchange: Exchange) -> None:
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            f"Content-Length: {len(body)}",
            f"Connection: {'close' if self.close_connection else 'keep-alive'}",
        ]
        if body:
            lines.append("Content-Type: application/json")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            lines.append(f"Allow: {'GET' if self.path == '/ping' else 'POST'}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
        exchange.status = status
        exchange.response_bytes = len(body)
        try:
            self.connection.settimeout(WRITE_SECONDS)
            # A HEAD request was refused by its route, and its response must have no body.
            self.connection.sendall(head if self.command == "HEAD" else head + body)
        except OSError:
            raise ClientGone from None

    def _linger(self) -> None:
        """Lets a client that is still sending read its response, because closing at once would reset the connection."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self._reader.deadline = Deadline.after(LINGER_SECONDS)
            drained = 0
            while drained < LINGER_BYTES:
                chunk = self._buffered.read1(256 * 1024)
                if not chunk:
                    return
                drained += len(chunk)

    def _write_access_line(self, exchange: Exchange) -> None:
        if self.path == "/ping" and exchange.status == HTTPStatus.OK:
            return  # SageMaker asks every few seconds; the lines would be most of the log
        self.server.log.event(
            "request",
            requestId=exchange.request_id,
            method=self.command[:16],
            path=self.path[:64],
            status=exchange.status,
            seconds=round(time.perf_counter() - exchange.started, 6),
            requestBytes=exchange.request_bytes,
            responseBytes=exchange.response_bytes,
            **exchange.facts,
        )

    def handle_expect_100(self) -> bool:
        # `_receive` responds to it, once the request has passed its checks.
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> NoReturn:
        # Only the base class's parser calls this, and it would respond in HTML.
        failure: FailureCode = (
            "HEADERS_TOO_LARGE" if code == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE else "BAD_REQUEST"
        )
        raise InvocationFailure(failure, f"this is not an HTTP/1.1 request ({str(message)[:200]})")
