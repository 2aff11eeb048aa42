"""Trains the network to restore corrupted music. The loop around it is `opencomposer_training.training_loop`.

Every random choice is a function of (seed, epoch, batch) and never of earlier choices, so that a resumed run equals an
uninterrupted one.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from opencomposer_music.model_metadata import Limits, Voice
from opencomposer_music.phrase_ends import with_phrase_ends
from opencomposer_music.piano_roll import PITCHES, Steps
from opencomposer_music.random_numbers import random_generator
from opencomposer_music.time_signatures import BarShape
from opencomposer_training.checkpoints import reading_checkpoint
from opencomposer_training.dataset import (
    Dataset,
    VoicePlanes,
    Window,
    cut_phrase_ends,
    cut_window,
    spread_windows,
)
from opencomposer_training.learner import ExportedModel, LearnerInputs, TrainedOn
from opencomposer_training.network_learner import LearnerSettings
from opencomposer_training.training_precision import restored_precision
from opencomposer_training.weight_averaging import average_weights
from opencomposer_training.window_learner import WindowLearner, WindowRecipe

from opencomposer_ar_cnn import TECHNIQUE
from opencomposer_ar_cnn.corruption import DENSITY_UNIT, Example, corrupt, merge
from opencomposer_ar_cnn.evaluation import HARMONIZATION, Evaluation, write_samples
from opencomposer_ar_cnn.export import export_onnx
from opencomposer_ar_cnn.losses import Batch, Losses, losses
from opencomposer_ar_cnn.model_metadata import ArCnnMetadata
from opencomposer_ar_cnn.network import BLOCKS, STEMS, WIDTHS, EditNetwork, Logits, NetworkShape
from opencomposer_ar_cnn.onsets import possible_ties
from opencomposer_ar_cnn.sampling_settings import SamplingSettings

WINDOW_BARS = 8
WINDOW_HOP = 2
VALIDATION_WINDOWS = 96
MAX_BARS = 64
EMA_DECAY = 0.998
WARM_UP = 100
"""The number of updates until the learning rate is reached."""
LAST_RATE = 0.01
WEIGHT_DECAY = 0.01
CLIP = 1.0
LOSS_TOLERANCE = 0.01
"""Differences of the validation loss up to this size count as chance."""
VALIDATION_KEY = 2**31
"""This number replaces the epoch in the key of the validation examples' random numbers."""
RECIPE = WindowRecipe(
    technique=TECHNIQUE,
    window_bars=WINDOW_BARS,
    window_hop=WINDOW_HOP,
    criterion="validationLoss",
    tolerance=LOSS_TOLERANCE,
    # With AVX512-BF16 alone bfloat16 was measured to be slower (README, "Precision").
    with_avx512=False,
)


Corrupt = Callable[[VoicePlanes, np.random.Generator, BarShape], Example]
Objective = Callable[[Logits, Batch], Losses]


def choose_shape(dataset: Dataset, settings: LearnerSettings) -> NetworkShape:
    """Returns layer sizes for the data, with the narrowest window of the keyboard that holds every transposed note."""
    stem = STEMS[settings.model_size]
    unit = 8 * stem[1]
    lowest, pitches = dataset.keyboard_window(settings.transposition_range, unit)
    size = settings.model_size
    return NetworkShape(lowest, pitches, WIDTHS[size], BLOCKS[size], stem, True, dataset.bar)


def describe(dataset: Dataset, shape: NetworkShape, settings: LearnerSettings) -> ArCnnMetadata:
    """Returns the metadata of the model file."""
    reach = settings.transposition_range
    name, program = dataset.voices[0]
    low, high = dataset.pitch_range(0)
    given = Voice(
        name,
        program,
        "monophonic" if dataset.monophonic[0] else "polyphonic",
        max(0, low - reach),
        min(PITCHES - 1, high + reach),
    )
    highest = shape.lowest_pitch + shape.pitches - 1
    added = Voice("Accompaniment", dataset.voices[1][1], "polyphonic", shape.lowest_pitch, highest)
    rolls = [merge(piece.planes)[0] for piece in dataset.of_split("train")]
    sounding_steps = sum(int(roll.any(axis=1).sum()) for roll in rolls)
    return ArCnnMetadata(
        (given, added),
        Limits(MAX_BARS, shape.lowest_pitch, highest, shape.bar),
        density=round(sum(int(roll.sum()) for roll in rolls) / DENSITY_UNIT / max(1, sounding_steps), 4),
        max_polyphony=max(1, *(int(roll.sum(axis=1).max()) for roll in rolls)),
        hears_phrase_ends=shape.hears_phrase_ends,
    )


def to_batch(examples: Sequence[Example], device: torch.device, phrase_ends: Sequence[Steps] | None = None) -> Batch:
    """Returns examples as the tensors that the network and the losses take.

    phrase_ends: the steps of each example, [steps], at which a note that ends a phrase sounds; None for a network
    without that plane.
    """
    inputs = [np.stack([e.roll, e.onsets, e.locked, e.original]) for e in examples]  # (4, t, p) each
    if phrase_ends is not None:
        inputs = [with_phrase_ends(planes, ends) for planes, ends in zip(inputs, phrase_ends, strict=True)]

    def tensor(arrays: Sequence[np.ndarray[Any, Any]]) -> torch.Tensor:
        return torch.from_numpy(np.stack(arrays)).to(device).float()

    return Batch(
        planes=tensor(inputs),  # (batch, 4 or 5, t, p)
        density=torch.tensor([[e.density] for e in examples], device=device),  # (batch, 1)
        difference=tensor([e.difference for e in examples]),  # (batch, t, p), like the ones below
        locked=tensor([e.locked for e in examples]),
        open_onsets=tensor([possible_ties(e.target) for e in examples]),
        onsets=tensor([e.target_onsets for e in examples]),
    )


class ArCnnLearner(WindowLearner[LearnerSettings]):
    """Trains the editing network and keeps the average of its weights, which is exported."""

    shape: NetworkShape

    def __init__(
        self,
        inputs: LearnerInputs,
        *,
        window_bars: int = WINDOW_BARS,
        sampling: SamplingSettings = HARMONIZATION,
        corrupt_window: Corrupt = corrupt,
        objective: Objective = losses,
        hears_phrase_ends: bool = True,
    ) -> None:
        """The last five arguments are for tests and comparisons; their defaults are those of the recipe.

        Raises TrainingFailure where the data or the checkpoint cannot be learned from.
        """
        settings = LearnerSettings.from_hyperparameters(inputs.hyperparameters)
        super().__init__(inputs, settings, replace(RECIPE, window_bars=window_bars))
        self._corrupt = corrupt_window
        self._objective = objective
        self.window_bars = window_bars
        self.sampling = sampling
        self.shape = replace(choose_shape(self.dataset, settings), hears_phrase_ends=hears_phrase_ends)
        if inputs.resumed is not None:
            with reading_checkpoint():
                self.shape = self._restored_shape(inputs.resumed["shape"])
                self.precision = restored_precision(inputs.resumed["precision"])
        torch.manual_seed(settings.seed)
        self.network = EditNetwork(self.shape).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=WEIGHT_DECAY
        )
        self.parts = {"network": self.network, "average": self.average, "optimizer": self.optimizer}
        self.metadata = describe(self.dataset, self.shape, settings)
        self.evaluation = Evaluation(
            self.dataset, self.metadata, bars=window_bars, sampling=sampling, seed=settings.seed
        )
        self.data = TrainedOn(self.selection, self.pieces, window_bars, self.evaluation.music)
        self._held_out = self._validation_batches()

    def _restored_shape(self, stored: Mapping[str, Any]) -> NetworkShape:
        """Returns the sizes that a checkpoint names. Refuses one of another kind of model."""
        self.check_size(stored, self.shape.widths)
        stored = self.check_bar(self.check_phrase_ends(stored), self.shape.bar)
        shape = NetworkShape(**{**stored, "widths": tuple(stored["widths"]), "stem": tuple(stored["stem"])})
        # Only the window of the keyboard, which depends on the data, may differ: a file could name sizes without limit.
        if (shape.blocks, shape.stem) != (self.shape.blocks, self.shape.stem):
            raise ValueError(f"its blocks and stem are {shape.blocks!r} and {shape.stem!r}"[:200])
        return shape

    # -- data ----------------------------------------------------------------------------------------------------------

    def _example(self, window: Window, rng: np.random.Generator) -> Example:
        """Corrupts a window in a random transposition."""
        shape, reach = self.shape, self.settings.transposition_range
        return self._corrupt(
            self.windows.cut(window, rng, lowest=shape.lowest_pitch, pitches=shape.pitches, reach=reach), rng, shape.bar
        )

    def _validation_batches(self) -> list[Batch]:
        """Returns held-out windows, corrupted in the same way every time."""
        pieces = self.dataset.of_split("validation") or self.data.pieces
        low, pitches = self.shape.lowest_pitch, self.shape.pitches
        windows = spread_windows(pieces, self.window_bars, VALIDATION_WINDOWS)
        ends = [cut_phrase_ends(pieces[window.piece], window.start_bar, self.window_bars) for window in windows]
        examples = [
            corrupt(
                cut_window(pieces[window.piece], window.start_bar, self.window_bars, low, pitches),
                random_generator(self.settings.seed, VALIDATION_KEY, number),
                self.shape.bar,
            )
            for number, window in enumerate(windows)
        ]
        size = 32
        return [
            self._batch(examples[start : start + size], ends[start : start + size])
            for start in range(0, len(examples), size)
        ]

    def _batch(self, examples: Sequence[Example], phrase_ends: Sequence[Steps]) -> Batch:
        """Returns the tensors of a batch, with the phrase ends where the network hears them."""
        return to_batch(examples, self.device, phrase_ends if self.shape.hears_phrase_ends else None)

    # -- one batch, one epoch ---------------------------------------------------------------------------------------

    def learn(self, epoch: int, batch: int) -> Mapping[str, float]:
        rng = random_generator(self.settings.seed, epoch, batch)
        windows = self.windows.batch(epoch, batch)
        data = self._batch(
            [self._example(window, rng) for window in windows],
            [self.windows.phrase_ends(window, rng) for window in windows],
        )
        rate = self._rate(epoch + batch / self.batches(epoch))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        with self.autocast():
            logits = self.network(data.planes, data.density)  # (batch, t, p) each
        parts = self._objective(logits, data)
        total = parts.total()
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self.optimizer.step()
        self.updates += 1
        average_weights(self.average, self.network, self.updates, EMA_DECAY)
        values = torch.stack([total.detach(), *(part.detach() for part in parts)]).tolist()
        # startLoss is the loss of the onsets. Logs and charts of earlier trainings have it under this name.
        return dict(zip(("loss", "selectionLoss", "toggleLoss", "startLoss"), values, strict=True))

    def validate(self) -> Mapping[str, float]:
        sums = 0.0
        count = 0
        with torch.inference_mode():
            for batch in self._held_out:
                size = len(batch.density)
                sums += float(losses(self.average(batch.planes, batch.density), batch).total()) * size
                count += size
        return {"validationLoss": sums / count}

    def measure(self) -> Mapping[str, float]:
        return self.evaluation.measure(self.average)

    def write_samples(self, folder: Path) -> None:
        write_samples(
            folder,
            self.average,
            self.metadata,
            self.selection.melodies,
            sampling=self.sampling,
            seed=self.settings.seed,
        )

    def _rate(self, epochs_done: float) -> float:
        """Returns the learning rate, which warms up and then follows half a cosine down to a hundredth."""
        progress = min(1.0, epochs_done / self.settings.epochs)
        factor = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * progress))
        return self.settings.learning_rate * factor * min(1.0, (self.updates + 1) / WARM_UP)

    def export(self, state: Mapping[str, Any]) -> ExportedModel:
        network = EditNetwork(self.shape)
        with reading_checkpoint():
            network.load_state_dict(state["average"])
        return ExportedModel(
            content=export_onnx(network, self.metadata),
            metadata=self.metadata,
            name=f"AR-CNN, {self.selection.dataset['id']}",
            description="Re-writes a piece note by note: adds what is missing, removes what does not belong.",
            parameters=sum(parameter.numel() for parameter in network.parameters()),
            metrics=self.evaluation.measure(network),
        )
