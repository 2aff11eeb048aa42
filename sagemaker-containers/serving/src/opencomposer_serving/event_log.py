"""The server's log: one JSON object a line, each written whole."""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO


class EventLog:
    """Writes events to a stream (stdout by default), which SageMaker sends to CloudWatch."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._lock = threading.Lock()

    def event(self, name: str, **members: object) -> None:
        """Writes one event with its time. A reader that went away ends the log, never the server."""
        line = json.dumps(
            {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": name, **members},
            ensure_ascii=True,
            separators=(",", ":"),
        )
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return
