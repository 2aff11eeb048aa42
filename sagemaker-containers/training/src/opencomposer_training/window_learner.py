"""The common part of learners that train one network for windows of pieces (PyTorch)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, Self, TypeVar

import torch
from opencomposer_music.parameter_set import ParameterValue
from torch import nn

from opencomposer_training.environment import TrainingFailure
from opencomposer_training.epoch_windows import EpochWindows
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


@dataclass(frozen=True)
class WindowRecipe:
    """The part of a technique's training that is the same for every job.

    window_bars: length of a window; window_hop: bars from one window to the next; criterion, tolerance: see
    LoopSettings; with_avx512: see choose_precision.
    """

    technique: str
    window_bars: int
    window_hop: int
    criterion: str
    tolerance: float
    with_avx512: bool


S = TypeVar("S", bound=LearnerSettings)


class WindowLearner(Generic[S]):
    """The data, the settings, the device and the checkpoint of a learner. A technique adds its networks and the way in
    which they learn.

    device: a GPU where there is one; updates: the number of changes of the network; shape: a dataclass with the sizes
    of the networks; parts: the networks and optimizers by the names that a checkpoint keeps them under. The technique
    sets the last two.
    """

    shape: object
    parts: Mapping[str, nn.Module | torch.optim.Optimizer]

    def __init__(self, inputs: LearnerInputs, settings: S, recipe: WindowRecipe) -> None:
        """Raises TrainingFailure where the selection has nothing to train on."""
        self.dataset = inputs.dataset
        self.selection = inputs.selection
        self.settings = settings
        self.seed = settings.seed
        self.pieces = training_pieces(inputs.dataset)
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
        self.windows = EpochWindows(
            self.pieces,
            bars=recipe.window_bars,
            hop=recipe.window_hop,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def batches(self, epoch: int) -> int:
        """Returns the number of batches of an epoch."""
        return self.windows.batches(epoch)

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

    def check_phrase_ends(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the sizes of a checkpoint's network with the member `hears_phrase_ends`.

        Version 0.2 did not write it, and its networks go on without the plane of phrase ends. Raises ValueError where
        the member is no boolean.
        """
        completed = {"hears_phrase_ends": False, **stored}
        if not isinstance(completed["hears_phrase_ends"], bool):
            raise ValueError("its hears_phrase_ends is neither true nor false")
        return completed

    def check_size(self, stored: Mapping[str, Any], widths: tuple[int, ...]) -> None:
        """Refuses a checkpoint whose network has other widths than this job's.

        stored: the sizes of its network. Raises TrainingFailure for another modelSize, ValueError where `lowest_pitch`
        or `pitches` is no count.
        """
        if tuple(stored["widths"]) != widths:
            raise TrainingFailure(
                f"The checkpoint to resume from has another modelSize than '{self.settings.model_size}'."
            )
        for name in ("lowest_pitch", "pitches"):
            restored_count(stored[name])


def _camel_case(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)
