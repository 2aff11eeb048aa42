"""A point in monotonic time by which work must end."""

from __future__ import annotations

import time
from dataclasses import dataclass

from opencomposer_serving.failures import InvocationFailure


@dataclass(frozen=True)
class Deadline:
    """A deadline at `at` seconds of `time.monotonic()`."""

    at: float

    @staticmethod
    def after(seconds: float) -> Deadline:
        return Deadline(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Returns the seconds left, never negative."""
        return max(0.0, self.at - time.monotonic())

    def check(self, doing: str) -> None:
        """Raises DEADLINE_EXCEEDED once the time is over. doing: the work that the message names."""
        if self.remaining() == 0.0:
            raise InvocationFailure("DEADLINE_EXCEEDED", f"the time for this request ran out while {doing}")
