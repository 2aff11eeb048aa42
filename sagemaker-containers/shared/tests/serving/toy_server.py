"""A server process with the smallest technique there is, for tests of everything but music.

A model's file is `toy:` and a number of semitones; the answer is the melody shifted by them.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from opencomposer_shared.serving.deadline import Deadline
from opencomposer_shared.serving.failures import ModelRejected
from opencomposer_shared.serving.invocation import InvocationRequest
from opencomposer_shared.serving.process import run_server
from opencomposer_shared.serving.signals import stop_on_signals
from opencomposer_shared.serving.technique import Generated, GeneratedTrack
from opencomposer_shared.technique_document import TechniqueDocument, read_technique

DOCUMENT = Path(__file__).resolve().parents[4] / "contracts/fixtures/technique/valid-toy.json"


class Toy:
    """Shifts the melody; can be told to be slow or to fail."""

    @property
    def document(self) -> TechniqueDocument:
        return read_technique(json.loads(DOCUMENT.read_text(encoding="utf-8")))

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
