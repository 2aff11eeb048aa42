"""The smallest possible technique, in one module: `python toy_technique.py train` and `… serve`.

It learns how many semitones the second voice lies above the melody. A model's file is `toy:` and that number, and the
model shifts a melody by it. Its document is a fixture that TypeScript's tests read, too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from opencomposer_music.metrics import mean_metrics, measure_composition
from opencomposer_music.model_metadata import Limits, Voice
from opencomposer_music.piano_roll import PITCHES, SOUNDING, STEPS_PER_BAR
from opencomposer_music.technique_document import TechniqueDocument, read_technique
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.failures import ModelRejected
from opencomposer_serving.invocation import InvocationRequest
from opencomposer_serving.server_process import run_server
from opencomposer_serving.signals import stop_on_signals
from opencomposer_serving.technique import Generated, GeneratedTrack
from opencomposer_training.dataset import Piece
from opencomposer_training.learner import ExportedModel, LearnerInputs, LoopSettings, TrainedOn, training_pieces
from opencomposer_training.training_job import TrainedTechnique, run_training_job

DOCUMENT = Path(__file__).resolve().parents[4] / "contracts/fixtures/technique/valid-toy.json"
BATCHES = 2


def toy_document() -> TechniqueDocument:
    """Returns the document of the toy technique."""
    return read_technique(json.loads(DOCUMENT.read_text(encoding="utf-8")))


class Toy:
    """Shifts the melody inside its region. A test can tell it to be slow or to fail."""

    def __init__(self) -> None:
        self._document = toy_document()

    @property
    def document(self) -> TechniqueDocument:
        return self._document

    def load(self, model: bytes) -> int:
        text = model.decode("ascii", "replace").split(":")
        if text[0] != "toy":
            raise ModelRejected("it does not begin with toy:")
        return int(text[1])

    def rehearse(self, model: int) -> None:
        """Does nothing, because nothing could go wrong."""

    def generate(self, model: int, request: InvocationRequest, deadline: Deadline) -> Generated:
        parameters = request.parameters
        if parameters["fail"]:
            raise RuntimeError("a secret inside")
        until = time.monotonic() + float(parameters["seconds"])
        while time.monotonic() < until:
            deadline.check("pretending to work")
            time.sleep(0.005)
        begin = (int(parameters["firstBar"]) - 1) * STEPS_PER_BAR
        end = (int(parameters["lastBar"]) or request.melody.bars) * STEPS_PER_BAR
        notes = [
            note._replace(pitch=max(0, min(127, note.pitch + model))) if begin <= note.onset < end else note
            for note in request.melody.notes
        ]
        return Generated([GeneratedTrack("Echo", 0, notes)], {"emptyBarRate": 0.0})


@dataclass(frozen=True)
class ToyMetadata:
    """The model's description of itself, for the model card."""

    technique: str
    voices: tuple[Voice, ...]
    limits: Limits


class ToyLearner:
    """One number, moved towards the mean of the data by gradient descent. It is its own reference."""

    precision = "float64"

    def __init__(self, inputs: LearnerInputs) -> None:
        values = inputs.hyperparameters
        self.dataset = inputs.dataset
        self.rate = float(values["learningRate"])
        self.seed = int(values["seed"])
        self.shift = 0.0
        self.loop_settings = LoopSettings(
            "toy", int(values["epochs"]), int(values["batchSize"]), False, criterion="similarityIndex", tolerance=0.0
        )
        self.data = TrainedOn(inputs.selection, training_pieces(inputs.dataset), 2, self)

    def batches(self, epoch: int) -> int:
        return BATCHES

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        error = self.shift - _distance(self.data.pieces)
        self.shift -= self.rate * 2 * error
        return {"loss": error**2}

    def validate(self) -> Mapping[str, float]:
        return {}

    def measure(self) -> Mapping[str, float]:
        shifted = [(piece, np.roll(piece.planes[0], round(self.shift), axis=-1)) for piece in self.dataset.pieces]
        metrics = mean_metrics([measure_composition(piece.planes[0], [planes]) for piece, planes in shifted])
        return {"similarityIndex": abs(self.shift - _distance(self.dataset.pieces)) / PITCHES, **metrics}

    def write_samples(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def state(self) -> Mapping[str, Any]:
        return {"shift": self.shift}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.shift = float(state["shift"])

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        names = self.dataset.voices[:2]
        voices = tuple(Voice(name, program, "monophonic", 0, PITCHES - 1) for name, program in names)
        metadata = ToyMetadata("toy", voices, Limits(64, 0, PITCHES - 1))
        content = f"toy:{round(state['shift'])}".encode()
        return ExportedModel(content, metadata, "Toy", "Shifts a melody.", parameters=1, metrics=self.measure())

    @property
    def reference_metrics(self) -> Mapping[str, float]:
        metrics = [measure_composition(piece.planes[0], [piece.planes[1]]) for piece in self.dataset.pieces]
        return mean_metrics(metrics)

    @property
    def validation_metrics(self) -> Mapping[str, float]:
        return {"similarityIndex": 0.0, **self.reference_metrics}


def _distance(pieces: Sequence[Piece]) -> float:
    """Returns how many semitones the second voice lies above the first, as the mean over all steps of the pieces."""
    pitches = [
        [np.argmax(voice[SOUNDING], axis=1).mean() for voice in (piece.planes[0], piece.planes[1])] for piece in pieces
    ]
    return float(np.mean([second - first for first, second in pitches]))


COMMANDS: Mapping[str, Callable[[], int]] = {
    "train": lambda: run_training_job(lambda: TrainedTechnique(toy_document(), ToyLearner)),
    "serve": lambda: run_server(lambda settings: Toy(), stop_on_signals()),
}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]]())
