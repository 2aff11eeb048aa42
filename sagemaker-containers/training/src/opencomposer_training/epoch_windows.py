"""The windows of a training's epochs in the order in which they are learned, a function of (seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import Steps
from opencomposer_music.random_numbers import random_generator

from opencomposer_training.dataset import (
    Piece,
    Window,
    allowed_shifts,
    cut_phrase_ends,
    cut_window,
    training_windows,
)

FORGOTTEN_PHRASE_ENDS = 0.15
"""The share of the phrase ends that a network is not told of in training, because the rule by which they are derived
from a user's melody misses some (docs/experiments/phrase-ends.md)."""


class EpochWindows:
    """Batches of windows of the training pieces. Epochs and batches count from 0."""

    def __init__(self, pieces: Sequence[Piece], *, bars: int, hop: int, batch_size: int, seed: int) -> None:
        """bars: length of a window; hop: bars from the start of one window to that of the next."""
        self._pieces = pieces
        self._bars = bars
        self._hop = hop
        self._batch_size = batch_size
        self._seed = seed
        self._shuffled: tuple[int, list[Window]] | None = None

    def batches(self, epoch: int) -> int:
        """Returns the number of batches of an epoch. The last one is filled up with the epoch's first windows."""
        return len(self._of(epoch)) // self._batch_size

    def batch(self, epoch: int, batch: int) -> list[Window]:
        """Returns the windows of one batch."""
        return self._of(epoch)[batch * self._batch_size : (batch + 1) * self._batch_size]

    def cut(
        self, window: Window, rng: np.random.Generator, *, lowest: int, pitches: int, reach: int
    ) -> npt.NDArray[np.bool_]:
        """Returns planes [voices, 2, steps, pitches] of a window, in a random transposition within -reach..reach.

        The whole piece stays within the pitches lowest..lowest + pitches - 1.
        """
        piece = self._pieces[window.piece]
        shifts = allowed_shifts(piece, lowest, lowest + pitches - 1, reach)
        shift = int(shifts[int(rng.integers(len(shifts)))])
        return cut_window(piece, window.start_bar, self._bars, lowest, pitches, shift)

    def phrase_ends(self, window: Window, rng: np.random.Generator) -> Steps:
        """Returns the steps of a window, [steps], at which a note that ends a phrase sounds. Some phrase ends are left
        out at random (FORGOTTEN_PHRASE_ENDS)."""
        marked = cut_phrase_ends(self._pieces[window.piece], window.start_bar, self._bars)
        run = np.cumsum(marked & ~np.append(False, marked[:-1]))  # at each marked step the number of its phrase end
        told = rng.random(int(run[-1]) + 1) >= FORGOTTEN_PHRASE_ENDS
        return np.asarray(marked & told[run], dtype=np.bool_)

    def _of(self, epoch: int) -> list[Window]:
        if self._shuffled is None or self._shuffled[0] != epoch:
            windows = training_windows(self._pieces, self._bars, self._hop, epoch)
            order = random_generator(self._seed, epoch).permutation(len(windows))
            total = -(-len(windows) // self._batch_size) * self._batch_size
            self._shuffled = epoch, [windows[order[i % len(windows)]] for i in range(total)]
        return self._shuffled[1]
