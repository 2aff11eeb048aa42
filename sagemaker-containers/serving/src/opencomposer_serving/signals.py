"""Signals that end the server. This module imports nothing heavy, so that they are heard from the first moment."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_on_signals() -> threading.Event:
    """Returns an event that SIGTERM and SIGINT set. Call it first: PID 1 ignores signals that it does not handle."""
    stop = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    return stop
