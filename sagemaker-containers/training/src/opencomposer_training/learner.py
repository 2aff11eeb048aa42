"""The interface between a technique and the job runner: one learner, its data, and the model that it exports.

The runner owns the loop, the checkpoints, the progress lines, the samples and the export (`training_run`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from opencomposer_music.model_limits import OPSET
from opencomposer_music.parameter_set import ParameterValue

from opencomposer_training.dataset import Dataset, Piece, Selection
from opencomposer_training.environment import TrainingFailure
from opencomposer_training.model_card import CardMetadata

ModelSize = Literal["small", "large"]
"""The sizes of networks that a technique offers: the values of the hyperparameter modelSize."""


@dataclass(frozen=True)
class LearnerInputs:
    """The values from which a technique makes its learner.

    hyperparameters: checked, with defaults; resumed: the checkpoint that the job goes on from, None for a new job. The
    learner takes only sizes from it; Learner.restore takes the weights.
    """

    dataset: Dataset
    selection: Selection
    hyperparameters: Mapping[str, ParameterValue]
    resumed: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class LoopSettings:
    """Settings of the loop. criterion: the loss or metric whose lowest value marks the best epoch; tolerance:
    differences of it up to this size count as chance."""

    technique: str
    epochs: int
    batch_size: int
    early_stopping: bool
    criterion: str
    tolerance: float


class Reference(Protocol):
    """The metrics of the training music and of the held-out music."""

    @property
    def reference_metrics(self) -> Mapping[str, float]:
        """Returns the metrics of the training pieces."""

    @property
    def validation_metrics(self) -> Mapping[str, float]:
        """Returns the metrics of the held-out pieces, with the similarity index."""


@dataclass(frozen=True)
class TrainedOn:
    """The training's data, for the card. window_bars: the length of its windows."""

    selection: Selection
    pieces: Sequence[Piece]
    window_bars: int
    reference: Reference


@dataclass(frozen=True)
class ExportedModel:
    """A model file, and the facts about it that only the technique knows. metrics: those of these weights as they are
    exported, because a version that decoded otherwise may have begun the run."""

    content: bytes
    metadata: CardMetadata
    name: str
    description: str
    parameters: int
    metrics: Mapping[str, float]
    opset: int = OPSET


class Learner(Protocol):
    """A technique's networks and optimizers, and the way they learn from one batch. Epochs and batches count from 0."""

    @property
    def loop_settings(self) -> LoopSettings:
        """Returns how long the loop trains, and by which value it judges an epoch."""

    @property
    def data(self) -> TrainedOn:
        """Returns the data that it learns from."""

    @property
    def seed(self) -> int:
        """Returns the seed of every random choice."""

    @property
    def precision(self) -> str:
        """Returns the precision of the numbers that it calculates with."""

    def batches(self, epoch: int) -> int:
        """Returns the number of batches of an epoch."""

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        """Learns one batch. Returns its losses by the names of the progress line (each is averaged over the batches
        that have it)."""

    def validate(self) -> Mapping[str, float]:
        """Returns the losses on held-out music, by the names of the progress line."""

    def measure(self) -> Mapping[str, float]:
        """Returns the metrics of the music that the model writes to held-out music, with the similarity index."""

    def write_samples(self, folder: Path) -> None:
        """Writes the selection's melodies, as the model plays them now."""

    def state(self) -> Mapping[str, Any]:
        """Returns all that a checkpoint must hold to go on, except for the part that the loop itself keeps."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint. An error that it raises for a damaged one becomes the job's failure."""

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        """Returns the model of a checkpoint. Raises TrainingFailure for a damaged one."""


def training_pieces(dataset: Dataset) -> list[Piece]:
    """Returns the pieces to train on. Raises TrainingFailure when all are held out."""
    pieces = dataset.of_split("train")
    if not pieces:
        raise TrainingFailure("The selection has no piece to train on: all of its pieces are held out.")
    return pieces
