"""Reads a body in chunks, as RFC 9112, section 7.1, describes it."""

from __future__ import annotations

import re
from typing import Protocol

from opencomposer_serving.failures import InvocationFailure

MAX_LINE_BYTES = 1024
MAX_TRAILER_BYTES = 16 * 1024

# The size in hexadecimal digits, then extensions, which mean nothing here.
CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")


class ByteStream(Protocol):
    """The part of a buffered reader that is used."""

    def read(self, size: int, /) -> bytes:
        """Returns that many bytes, fewer only at the end of the stream."""

    def readline(self, size: int, /) -> bytes:
        """Returns the next line with its end, cut off after that many bytes."""


def read_chunked(stream: ByteStream, max_bytes: int) -> bytes:
    """Returns the whole body and leaves the stream after it. A trailer is read and dropped.

    Raises PAYLOAD_TOO_LARGE before it reads a chunk that leads over `max_bytes`, BAD_REQUEST for chunks that are not
    well formed, and EOFError where the stream ends first.
    """
    body = bytearray()
    while size := _chunk_size(stream):
        if len(body) + size > max_bytes:
            raise InvocationFailure(
                "PAYLOAD_TOO_LARGE", f"the body has at least {len(body) + size} bytes (allowed: {max_bytes})"
            )
        body += _exactly(stream, size)
        if _exactly(stream, 2) != b"\r\n":
            raise InvocationFailure("BAD_REQUEST", "a chunk of the body does not have the size that stands before it")
    _drop_trailer(stream)
    return bytes(body)


def _chunk_size(stream: ByteStream) -> int:
    head = CHUNK_HEAD.fullmatch(_line(stream))
    if head is None:
        raise InvocationFailure("BAD_REQUEST", "a chunk of the body does not begin with its size in hexadecimal digits")
    return int(head[1], 16)


def _drop_trailer(stream: ByteStream) -> None:
    dropped = 0
    while (line := _line(stream)) != b"\r\n":
        dropped += len(line)
        if dropped > MAX_TRAILER_BYTES:
            raise InvocationFailure(
                "BAD_REQUEST", f"the trailer of the body is too long (allowed: {MAX_TRAILER_BYTES} bytes)"
            )


def _line(stream: ByteStream) -> bytes:
    line = stream.readline(MAX_LINE_BYTES)
    if not line.endswith(b"\r\n"):
        if len(line) < MAX_LINE_BYTES and not line.endswith(b"\n"):
            raise EOFError
        raise InvocationFailure(
            "BAD_REQUEST", f"a line between two chunks has no CRLF at its end, or more than {MAX_LINE_BYTES} bytes"
        )
    return line


def _exactly(stream: ByteStream, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
