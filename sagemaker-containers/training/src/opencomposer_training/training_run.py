"""One training job from its first batch or from a checkpoint to its model: a learner, and the loop around it.

It is for training only (PyTorch).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from opencomposer_music.parameter_set import ParameterValue

from opencomposer_training.checkpoints import reading_checkpoint
from opencomposer_training.environment import FIRST_SAMPLES_SECONDS
from opencomposer_training.learner import Learner
from opencomposer_training.model_card import EndReason
from opencomposer_training.progress import write_reference
from opencomposer_training.trained_model import write_best_model
from opencomposer_training.training_loop import TrainingLoop, load_resumable

L = TypeVar("L", bound=Learner)


class TrainingRun(Generic[L]):
    """A learner that is made afresh or goes on from the newest checkpoint, and the loop that trains it."""

    def __init__(
        self,
        technique: str,
        make_learner: Callable[[Mapping[str, Any] | None], L],
        *,
        checkpoints: Path,
        stop_requested: Callable[[], bool],
        first_samples_seconds: float = FIRST_SAMPLES_SECONDS,
    ) -> None:
        """make_learner: takes the checkpoint to go on from; first_samples_seconds: see FIRST_SAMPLES_SECONDS. Raises
        TrainingFailure for a checkpoint that does not fit."""
        state = load_resumable(checkpoints, technique)
        self.learner = make_learner(state)
        self.loop = TrainingLoop(
            self.learner,
            settings=self.learner.loop_settings,
            checkpoints=checkpoints,
            stop_requested=stop_requested,
            first_samples_seconds=first_samples_seconds,
        )
        if state is not None:
            with reading_checkpoint():
                self.learner.restore(state)
                self.loop.restore(state)

    def run(self) -> EndReason:
        """Trains to the last epoch, an early stop or a stop request."""
        reference = self.learner.data.reference
        write_reference(self.loop.checkpoints, reference.reference_metrics, reference.validation_metrics)
        return self.loop.run()

    def export(self, folder: Path, end_reason: EndReason, hyperparameters: Mapping[str, ParameterValue]) -> bool:
        """Writes the best epoch's model and its card. Returns False, writing nothing, when no epoch is complete."""
        return write_best_model(folder, loop=self.loop, end_reason=end_reason, hyperparameters=hyperparameters)
