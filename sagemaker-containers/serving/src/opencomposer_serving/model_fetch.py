"""Fetches a model's file by URL from an allowed origin.

The URL comes from the worker that signed it, but it is treated as hostile: the origin must be one of a fixed list, a
redirect is a failure (it could lead anywhere), and the server limits size and time. A URL's path and query are never
shown in a message or log, because a signed URL is a key.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import InvocationFailure, other_bytes
from opencomposer_serving.invocation import ModelReference

DEFAULT_PORTS = {"https": 443, "http": 80}
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
URL_CHARACTERS = re.compile(r"[\x21-\x7e]+")
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Origin:
    """The scheme, host and port of a URL, which all must match exactly."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse_origin(text: str) -> Origin:
    """Parses one allowed origin such as `https://bucket.s3.eu-west-1.amazonaws.com`.

    Raises ValueError for anything but scheme, host and port, and for plain http to another machine.
    """
    parts = _split(text)
    origin = _origin_of(parts)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("it has more than scheme, host and port")
    if origin.scheme == "http" and origin.host not in LOOPBACK_HOSTS:
        raise ValueError("it is plain http, which is allowed for this machine only")
    return origin


class ModelFetcher:
    """Gets model files from allowed origins, with one attempt each (the caller's queue retries)."""

    def __init__(
        self,
        *,
        origins: Iterable[Origin],
        read_seconds: float = 10.0,
        total_seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._origins = frozenset(origins)
        self._read_seconds = read_seconds
        self._total_seconds = total_seconds
        self._tls = ssl.create_default_context() if tls is None else tls

    def check(self, url: str) -> None:
        """Raises BAD_REQUEST unless the URL is on an allowed origin."""
        self._allowed(url)

    def fetch(self, reference: ModelReference, deadline: Deadline) -> bytes:
        """Returns the file's bytes, exactly as many as the reference declares. The caller must check its sha256.

        Raises MODEL_NOT_FOUND, MODEL_FETCH_FAILED, MODEL_CHECKSUM_MISMATCH (another size), BAD_REQUEST (origin).
        """
        if reference.url is None:
            raise InvocationFailure(
                "MODEL_NOT_FOUND", f"There is no stock model with the sha256 {reference.sha256}, and no url was given."
            )
        parts, origin = self._allowed(reference.url)
        seconds = min(self._total_seconds, deadline.remaining())
        connection = self._connection(origin, seconds)
        expired = threading.Event()
        try:
            connection.connect()
            with _cut_after(seconds, connection.sock, expired):
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                return self._read(connection, target, origin, reference)
        except (OSError, http.client.HTTPException, ValueError, InvocationFailure) as error:
            # A cut connection looks like a file that ended early, so the time is checked first.
            if expired.is_set() or isinstance(error, TimeoutError):
                raise InvocationFailure(
                    "MODEL_FETCH_FAILED", f"fetching the model from {origin} took too long"
                ) from None
            if isinstance(error, InvocationFailure):
                raise
            raise InvocationFailure(
                "MODEL_FETCH_FAILED", f"the model could not be fetched from {origin} ({_reason(error)})"
            ) from None
        finally:
            connection.close()

    def _allowed(self, url: str) -> tuple[SplitResult, Origin]:
        try:
            parts = _split(url)
            origin = _origin_of(parts)
        except ValueError as error:
            raise InvocationFailure("BAD_REQUEST", f"model.url cannot be used: {error}") from None
        if origin not in self._origins:
            allowed = ", ".join(sorted(str(allowed) for allowed in self._origins)) or "none"
            raise InvocationFailure("BAD_REQUEST", f"model.url points to {origin} (allowed origins: {allowed})")
        return parts, origin

    def _connection(self, origin: Origin, seconds: float) -> http.client.HTTPConnection:
        timeout = max(0.001, min(self._read_seconds, seconds))
        if origin.scheme == "https":
            return http.client.HTTPSConnection(origin.host, origin.port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(origin.host, origin.port, timeout=timeout)

    def _read(
        self, connection: http.client.HTTPConnection, target: str, origin: Origin, reference: ModelReference
    ) -> bytes:
        connection.request("GET", target, headers={"Accept-Encoding": "identity", "Connection": "close"})
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise InvocationFailure(
                "MODEL_FETCH_FAILED", f"{origin} responded with {response.status}, and redirects are not followed"
            )
        if response.status in (404, 410):
            raise InvocationFailure(
                "MODEL_NOT_FOUND", f"The model's file is not there: {origin} responded with {response.status}."
            )
        if response.status != 200:
            raise InvocationFailure("MODEL_FETCH_FAILED", f"{origin} responded with {response.status} for the model")
        declared = response.getheader("Content-Length")
        if declared is not None and declared.strip() != str(reference.bytes):
            raise _wrong_size(reference, f"{declared[:20]} bytes")
        content = bytearray()
        # read1 reads at most once, so each wait is bounded by the socket's time-out.
        while chunk := response.read1(CHUNK_BYTES):
            content += chunk
            if len(content) > reference.bytes:
                raise _wrong_size(reference, "more bytes")
        if len(content) < reference.bytes:
            raise InvocationFailure(
                "MODEL_FETCH_FAILED",
                f"{origin} ended the model after {len(content)} of {reference.bytes} bytes",
            )
        return bytes(content)


@contextmanager
def _cut_after(seconds: float, connected: socket.socket, expired: threading.Event) -> Iterator[None]:
    """Ends every read of the socket once the time is over, however slowly the other side sends."""

    def cut() -> None:
        expired.set()
        with suppress(OSError):
            # This is the plain socket's method: the TLS one would first drop the state that the reading thread works
            # with.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _wrong_size(reference: ModelReference, found: str) -> InvocationFailure:
    return other_bytes(f"{found} instead of {reference.bytes}")


def _split(url: str) -> SplitResult:
    if not URL_CHARACTERS.fullmatch(url):
        raise ValueError("it holds characters that no URL has")
    return urlsplit(url)


def _origin_of(parts: SplitResult) -> Origin:
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("it must start with https:// (or http:// for this machine)")
    if "@" in parts.netloc or "\\" in parts.netloc:
        raise ValueError("it holds user information")
    if not parts.hostname:
        raise ValueError("it names no host")
    return Origin(parts.scheme, parts.hostname.lower(), parts.port or DEFAULT_PORTS[parts.scheme])


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, http.client.IncompleteRead):
        return "the response ended early"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
