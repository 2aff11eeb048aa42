"""The common part of learners that train networks (PyTorch): settings, device, precision, checkpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, Self, TypeVar

import torch
from opencomposer_music.parameter_set import ParameterValue
from torch import nn

from opencomposer_training.dataset import without_drums
from opencomposer_training.learner import LearnerInputs, LoopSettings, ModelSize, training_pieces
from opencomposer_training.training_loop import restored_count
from opencomposer_training.training_precision import choose_precision


@dataclass(frozen=True, kw_only=True)
class LearnerSettings:
    """The hyperparameters that every such technique has. Their defaults are in the document of the technique."""

    epochs: int
    learning_rate: float
    batch_size: int
    transposition_range: int
    model_size: ModelSize
    early_stopping: bool
    seed: int

    @classmethod
    def from_hyperparameters(cls, values: Mapping[str, ParameterValue]) -> Self:
        """Returns settings from values that parse_hyperparameters has checked: `learning_rate` is that of
        `learningRate`, and so on."""
        settings: dict[str, Any] = {field.name: values[_camel_case(field.name)] for field in fields(cls)}
        return cls(**settings)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The part of a technique's training that is the same for every job.

    criterion, tolerance: see LoopSettings; with_avx512: see choose_precision; writes_drums: False if it learns from the
    voices with tones alone.
    """

    technique: str
    criterion: str
    tolerance: float
    with_avx512: bool
    writes_drums: bool = False


S = TypeVar("S", bound=LearnerSettings)


class NetworkLearner(Generic[S]):
    """The data, the settings, the device and the checkpoint of a learner. A technique adds its networks and the way in
    which they learn.

    device: a GPU where there is one; updates: the number of changes of the network; shape: a dataclass with the sizes
    of the networks; parts: the networks and optimizers by the names that a checkpoint keeps them under. The technique
    sets the last two.
    """

    shape: object
    parts: Mapping[str, nn.Module | torch.optim.Optimizer]

    def __init__(self, inputs: LearnerInputs, settings: S, recipe: Recipe) -> None:
        """Raises TrainingFailure where the selection has nothing to train on."""
        self.dataset = inputs.dataset if recipe.writes_drums else without_drums(inputs.dataset)
        # A melody in other bars cannot be heard by the network.
        self.selection = replace(
            inputs.selection,
            melodies=tuple(melody for melody in inputs.selection.melodies if melody.bar == self.dataset.bar),
        )
        self.settings = settings
        self.seed = settings.seed
        self.pieces = training_pieces(self.dataset)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.precision = choose_precision(self.device, with_avx512=recipe.with_avx512)
        self.updates = 0
        self.loop_settings = LoopSettings(
            recipe.technique,
            settings.epochs,
            settings.batch_size,
            settings.early_stopping,
            criterion=recipe.criterion,
            tolerance=recipe.tolerance,
        )

    def autocast(self) -> torch.autocast:
        """Returns a block in which networks calculate in the learner's precision."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16")

    def state(self) -> Mapping[str, Any]:
        """Returns the learner's part of a checkpoint. Its random state is (seed, epoch, batch)."""
        sizes = vars(self.shape).items()
        return {
            # Checkpoints hold lists where a shape has tuples.
            "shape": {name: list(size) if isinstance(size, tuple) else size for name, size in sizes},
            "precision": self.precision,
            **{name: part.state_dict() for name, part in self.parts.items()},
            "updates": self.updates,
            "random": {"seed": self.seed},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from a checkpoint. An error that it raises for a damaged one becomes the job's failure."""
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        self.updates = restored_count(state["updates"])


def _camel_case(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)
