"""A server process with the smallest technique there is, for tests of everything but music.

A model's file is `toy:` and a number of semitones; the answer is the melody shifted by them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from opencomposer_shared.serving.deadline import Deadline
from opencomposer_shared.serving.failures import BrokenField, ModelRejected
from opencomposer_shared.serving.invocation import InvocationRequest
from opencomposer_shared.serving.parameters import ParameterRule
from opencomposer_shared.serving.process import run_server
from opencomposer_shared.serving.signals import stop_on_signals
from opencomposer_shared.serving.technique import Generated, GeneratedTrack


class Toy:
    """Shifts the melody; can be told to be slow or to fail."""

    identifier = "toy"
    parameter_rules: Sequence[ParameterRule] = (
        ParameterRule("seconds", "number", 0.0, 0, 20),
        ParameterRule("fail", "boolean", False),
        ParameterRule("mood", "string", "calm", values=("calm", "wild")),
        ParameterRule("firstBar", "integer", 1, 1, 64),
    )

    def broken_fields(self, request: InvocationRequest) -> Sequence[BrokenField]:
        first = request.parameters["firstBar"]
        if isinstance(first, int) and first > request.melody.bars:
            return [BrokenField("/parameters/firstBar", str(first), f"an integer from 1 to {request.melody.bars}")]
        return []

    def load(self, model: bytes) -> int:
        text = model.decode("ascii", "replace").split(":")
        if text[0] != "toy":
            raise ModelRejected("it does not begin with toy:")
        return int(text[1])

    def rehearse(self, model: int) -> None:
        """Nothing that could go wrong."""

    def generate(self, model: int, request: InvocationRequest, deadline: Deadline) -> Generated:
        if request.parameters["fail"]:
            raise RuntimeError("a secret inside")
        until = time.monotonic() + float(request.parameters["seconds"])
        while time.monotonic() < until:
            deadline.check("pretending to work")
            time.sleep(0.005)
        notes = [note._replace(pitch=min(127, note.pitch + model)) for note in request.melody.notes]
        return Generated([GeneratedTrack("Echo", 0, notes)], {"emptyBarRate": 0.0})


if __name__ == "__main__":
    sys.exit(run_server(lambda settings: Toy(), stop_on_signals()))
