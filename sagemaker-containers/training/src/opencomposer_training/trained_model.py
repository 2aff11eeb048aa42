"""What a training job leaves: the best epoch's model and its card. Training only (PyTorch)."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnx
import torch
from opencomposer_music.model_limits import OPSET
from opencomposer_music.parameter_set import ParameterValue

from opencomposer_training.checkpoints import load_checkpoint
from opencomposer_training.dataset import Piece, Selection, training_windows
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.model_card import CardEssentials, EndReason, TrainingRecord, write_model
from opencomposer_training.training_loop import TrainingLoop


class Reference(Protocol):
    """The measures of the training music and of the held-out music."""

    @property
    def reference_measures(self) -> Mapping[str, float]:
        """Of the training pieces."""

    @property
    def validation_measures(self) -> Mapping[str, float]:
        """Of the held-out pieces, with the similarity index."""


@dataclass(frozen=True)
class ExportedModel:
    """A model file and what the technique alone can say of it. metrics: of these weights as they are exported, since
    the run may have been begun by a version that decoded otherwise."""

    content: bytes
    essentials: CardEssentials
    name: str
    description: str
    parameters: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class TrainedOn:
    """The training's data, for the card. window_bars: length of its windows."""

    selection: Selection
    pieces: list[Piece]
    window_bars: int
    reference: Reference


def write_best_model(
    folder: Path,
    *,
    loop: TrainingLoop,
    export: Callable[[Mapping[str, Any]], ExportedModel],
    data: TrainedOn,
    seed: int,
    end_reason: EndReason,
    hyperparameters: Mapping[str, ParameterValue],
) -> bool:
    """Write the model that `export` makes of the best epoch's checkpoint, and its card.

    False when no epoch is complete: there is nothing to write. Raises TrainingFailure when the checkpoint is gone.
    """
    kept = loop.best
    if kept is None:
        return False
    best = load_checkpoint(loop.checkpoints, "best")
    loop_of_best = None if best is None else best.get("loop")
    if best is None or not isinstance(loop_of_best, dict) or loop_of_best.get("epoch") != kept["epoch"]:
        raise TrainingFailure("The checkpoint of the best epoch is missing or broken, so there is no model to keep.")
    model = export(best)
    windows = len(training_windows(data.pieces, data.window_bars, 1, 0))
    write_model(
        folder,
        model.content,
        essentials=model.essentials,
        name=model.name,
        description=model.description,
        opset=OPSET,
        parameters=model.parameters,
        record=TrainingRecord(
            dataset={
                **data.selection.dataset,
                "pieces": len(data.pieces),
                "windows": windows,
                "topics": dict(data.selection.topics),
            },
            hyperparameters=hyperparameters,
            seed=seed,
            epoch=kept["epoch"],
            epochs_completed=loop.epoch,
            end_reason=end_reason,
            metrics=model.metrics,
            reference={
                "metrics": data.reference.reference_measures,
                "validation": data.reference.validation_measures,
            },
            versions={
                "python": platform.python_version(),
                "torch": torch.__version__,
                "onnx": onnx.__version__,
                "numpy": np.__version__,
            },
            training_seconds=round(loop.elapsed, 1),
        ),
    )
    print(f"The model of epoch {kept['epoch']} is ready ({end_reason}).", flush=True)
    return True
