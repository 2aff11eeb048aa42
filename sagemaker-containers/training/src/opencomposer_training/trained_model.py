"""Writes the result of a training job: the best epoch's model and its card (PyTorch)."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from opencomposer_music.parameter_set import ParameterValue

from opencomposer_training.checkpoints import load_checkpoint
from opencomposer_training.dataset import training_windows
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.model_card import EndReason, TrainingRecord, write_model
from opencomposer_training.training_loop import TrainingLoop


def write_best_model(
    folder: Path,
    *,
    loop: TrainingLoop,
    end_reason: EndReason,
    hyperparameters: Mapping[str, ParameterValue],
) -> bool:
    """Writes the model that the learner exports from the best epoch's checkpoint, and its card.

    Returns False when no epoch is complete and there is nothing to write. Raises TrainingFailure when the checkpoint is
    gone.
    """
    kept = loop.best
    if kept is None:
        return False
    best = load_checkpoint(loop.checkpoints, "best")
    loop_of_best = None if best is None else best.get("loop")
    if best is None or not isinstance(loop_of_best, dict) or loop_of_best.get("epoch") != kept["epoch"]:
        raise TrainingFailure("The checkpoint of the best epoch is missing or broken, so there is no model to keep.")
    learner = loop.learner
    data = learner.data
    model = learner.export(best)
    windows = len(training_windows(data.pieces, data.window_bars, 1, 0))
    write_model(
        folder,
        model.content,
        metadata=model.metadata,
        name=model.name,
        description=model.description,
        opset=model.opset,
        parameters=model.parameters,
        record=TrainingRecord(
            dataset={
                **data.selection.dataset,
                "pieces": len(data.pieces),
                "windows": windows,
                "topics": dict(data.selection.topics),
            },
            hyperparameters=hyperparameters,
            seed=learner.seed,
            epoch=kept["epoch"],
            epochs_completed=loop.epoch,
            end_reason=end_reason,
            metrics=model.metrics,
            reference={
                "metrics": data.reference.reference_metrics,
                "validation": data.reference.validation_metrics,
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
