"""Reads a socket against a deadline for the whole message, not only for each read."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

from opencomposer_serving.deadline import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class DeadlineReader(io.RawIOBase):
    """A raw reader of a socket that raises TimeoutError once `deadline` has passed.

    A socket's own time-out starts anew with every byte, so a client that sends byte by byte could hold a thread for
    ever.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._connection = connection
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        remaining = self.deadline.remaining()
        if remaining == 0.0:
            raise TimeoutError("the request did not arrive in time")
        self._connection.settimeout(remaining)
        return self._connection.recv_into(buffer)
