"""Messages of known length over a socket, each read and written against a deadline."""

from __future__ import annotations

import socket
import struct

from opencomposer_serving.deadline import Deadline

LENGTH = struct.Struct("!Q")
CHUNK_BYTES = 1024 * 1024


class ConnectionEnded(Exception):
    """The other side is gone, or sent bytes that are no message."""


class FramedSocket:
    """One side of a connection. Raises TimeoutError once a deadline has passed, ConnectionEnded at the other's end."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, content: bytes, deadline: Deadline | None = None) -> None:
        """Sends one message. Without a deadline it waits as long as it takes."""
        try:
            self._wait_until(deadline)
            self._connection.sendall(LENGTH.pack(len(content)))
            self._wait_until(deadline)
            self._connection.sendall(content)
        except TimeoutError:
            raise
        except OSError:
            raise ConnectionEnded from None

    def receive(self, max_bytes: int, deadline: Deadline | None = None) -> bytes:
        """Receives one message of at most `max_bytes`."""
        (length,) = LENGTH.unpack(self._receive_exactly(LENGTH.size, deadline))
        if length > max_bytes:
            raise ConnectionEnded
        return bytes(self._receive_exactly(length, deadline))

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _receive_exactly(self, length: int, deadline: Deadline | None) -> bytearray:
        content = bytearray()
        while len(content) < length:
            self._wait_until(deadline)
            try:
                chunk = self._connection.recv(min(CHUNK_BYTES, length - len(content)))
            except TimeoutError:
                raise
            except OSError:
                raise ConnectionEnded from None
            if not chunk:
                raise ConnectionEnded
            content += chunk
        return content

    def _wait_until(self, deadline: Deadline | None) -> None:
        if deadline is None:
            self._connection.settimeout(None)
            return
        remaining = deadline.remaining()
        if remaining == 0.0:
            raise TimeoutError
        self._connection.settimeout(remaining)
