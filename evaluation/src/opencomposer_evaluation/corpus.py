"""The music that a model is judged by: the pieces of the data set, and windows cut out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, Planes
from opencomposer_training.dataset import (
    Dataset,
    DatasetError,
    Piece,
    build_dataset,
    cut_window,
    iterate_pieces,
    training_windows,
)


def load_dataset(folder: Path) -> Dataset:
    """Returns all pieces of the data set in `folder`, each with the split that it names. Raises DatasetError."""
    if not (folder / "manifest.json").is_file():
        raise DatasetError(f"there is no data set in {folder}: manifest.json is missing")
    return build_dataset(iterate_pieces(folder))


@dataclass(frozen=True)
class Windows:
    """Windows of equal length with all their voices, planes [windows, voices, 2, steps, 128]. `owners`: the piece of
    each window, as an index into `pieces`."""

    planes: npt.NDArray[np.bool_]
    owners: npt.NDArray[np.int64]
    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return len(self.planes)


def choose_windows(pieces: Sequence[Piece], bars: int, hop: int, limit: int) -> Windows:
    """Returns up to `limit` windows of `bars` bars, `hop` bars apart, spread evenly over all possible ones."""
    every = training_windows(pieces, bars, hop, 0)
    chosen = np.unique(np.linspace(0, len(every) - 1, min(limit, len(every))).round().astype(int))
    planes = [cut_window(pieces[every[i].piece], every[i].start_bar, bars, 0, PITCHES) for i in chosen]
    owners = np.array([every[i].piece for i in chosen], dtype=np.int64)
    return Windows(np.stack(planes), owners, tuple(pieces))


def repeated(windows: Windows, count: int) -> Windows:
    """Returns `windows`, and evenly spread ones of them again until there are `count`."""
    missing = count - len(windows)
    if missing <= 0:
        return windows
    again = np.linspace(0, len(windows) - 1, missing).round().astype(int)
    chosen = np.concatenate([np.arange(len(windows)), again])
    return Windows(windows.planes[chosen], windows.owners[chosen], windows.pieces)


def cut_steps(planes: Planes, start: int, steps: int) -> Planes:
    """Returns planes [2, steps, 128] from step `start`. A note that was already sounding starts with the cut."""
    taken = planes[:, start : start + steps].copy()
    if taken.shape[1]:
        taken[ONSET, 0] |= taken[SOUNDING, 0]
    return taken
