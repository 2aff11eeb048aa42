"""The common part of learners that train one network for windows of pieces (PyTorch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opencomposer_music.time_signatures import COMMON_TIME, BarShape, time_signature_of

from opencomposer_training.environment import TrainingFailure
from opencomposer_training.epoch_windows import EpochWindows
from opencomposer_training.learner import LearnerInputs
from opencomposer_training.network_learner import NetworkLearner, Recipe, S
from opencomposer_training.training_loop import restored_count


@dataclass(frozen=True, kw_only=True)
class WindowRecipe(Recipe):
    """The recipe of a training on windows. window_bars: length of a window; window_hop: bars from one window to the
    next."""

    window_bars: int
    window_hop: int


class WindowLearner(NetworkLearner[S]):
    """A learner whose batches are windows of the training pieces."""

    def __init__(self, inputs: LearnerInputs, settings: S, recipe: WindowRecipe) -> None:
        """Raises TrainingFailure where the selection has nothing to train on."""
        super().__init__(inputs, settings, recipe)
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

    def check_phrase_ends(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the sizes of a checkpoint's network with the member `hears_phrase_ends`.

        Version 0.2 did not write it, and its networks go on without the plane of phrase ends. Raises ValueError where
        the member is no boolean.
        """
        completed = {"hears_phrase_ends": False, **stored}
        if not isinstance(completed["hears_phrase_ends"], bool):
            raise ValueError("its hears_phrase_ends is neither true nor false")
        return completed

    def check_bar(self, stored: Mapping[str, Any], bar: BarShape) -> Mapping[str, Any]:
        """Returns the sizes of a checkpoint's network with the member `bar`, which those of 4/4 once did not write.

        bar: the shape of this job's bars. Raises TrainingFailure for a checkpoint of another time signature, ValueError
        where the member is no shape of bars.
        """
        own = BarShape(*stored.get("bar", COMMON_TIME))
        found = time_signature_of(own)
        if own != bar:
            raise TrainingFailure(
                f"The checkpoint to resume from was trained in {found}, but the selected data are in "
                f"{time_signature_of(bar)}."
            )
        return {**stored, "bar": own}

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
