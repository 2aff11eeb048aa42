"""Writes the model card beside the model file: what the model is, what it was made of and how well it measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from opencomposer_music.model_metadata import Limits, Voice, limits_to_json, voice_to_json

from opencomposer_training.environment import write_atomically
from opencomposer_training.progress import now

MODEL_FILE = "model.onnx"
CARD_FILE = "model-card.json"
EndReason = Literal["epochs", "earlyStopping", "stopped"]


class CardMetadata(Protocol):
    """The facts that every technique's model states and its card repeats."""

    @property
    def technique(self) -> str:
        """Returns the technique's id."""

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Returns the voices, the given voice first."""

    @property
    def limits(self) -> Limits:
        """Returns the limits of the pieces that the model can take."""


@dataclass(frozen=True)
class TrainingRecord:
    """All facts of a card about the training."""

    dataset: Mapping[str, object]
    hyperparameters: Mapping[str, object]
    seed: int
    epoch: int
    epochs_completed: int
    end_reason: EndReason
    metrics: Mapping[str, float]
    reference: Mapping[str, object]
    versions: Mapping[str, str]
    training_seconds: float


def write_model(
    folder: Path,
    model: bytes,
    *,
    metadata: CardMetadata,
    name: str,
    description: str,
    opset: int,
    parameters: int,
    record: TrainingRecord,
) -> None:
    """Writes model.onnx and model-card.json into `folder`; the card last, so that a card's model is always there."""
    card = {
        "schemaVersion": 1,
        "technique": metadata.technique,
        "name": name,
        "description": description,
        "createdAt": now(),
        "model": {
            "file": MODEL_FILE,
            "sha256": hashlib.sha256(model).hexdigest(),
            "bytes": len(model),
            "opset": opset,
            "parameters": parameters,
        },
        "voices": [voice_to_json(voice) for voice in metadata.voices],
        "limits": limits_to_json(metadata.limits),
        "dataset": dict(record.dataset),
        "hyperparameters": dict(record.hyperparameters),
        "seed": record.seed,
        "epoch": record.epoch,
        "epochsCompleted": record.epochs_completed,
        "endReason": record.end_reason,
        "metrics": dict(record.metrics),
        "reference": dict(record.reference),
        "versions": dict(record.versions),
        "trainingSeconds": record.training_seconds,
    }
    write_atomically(folder / MODEL_FILE, model)
    write_atomically(folder / CARD_FILE, (json.dumps(card, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())
