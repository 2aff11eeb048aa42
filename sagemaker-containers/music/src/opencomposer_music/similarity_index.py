"""The similarity index: how far generated music is from the training music, as one number an epoch.

Our definition (the original's was never published): for each feature, the distances between generated and reference
windows are compared with the distances among reference windows (Yang & Lerch 2018). The overlapped area OA of the two
densities is 1 when they cannot be told apart. Similarity index = mean over features of (1 - OA): 0 is
indistinguishable, 1 is nothing in common. Unlike in the published code both densities are on one common grid.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from opencomposer_music.metrics import chroma, dissonant_pair_share, pitch_classes_used, scale_consistency
from opencomposer_music.piano_roll import ONSET, SOUNDING, Planes, planes_to_notes
from opencomposer_music.time_signatures import COMMON_TIME, BarShape

FEATURES = (
    "pitchClassesUsed",
    "meanPitch",
    "pitchRange",
    "notesPerBar",
    "noteLength",
    "melodicInterval",
    "silentShare",
    "dissonantPairShare",
    "scaleConsistency",
    "pitchClassHistogram",
    "noteLengthHistogram",
    "onsetHistogram",
)
GRID_POINTS = 256
LENGTH_EDGES = (1, 2, 3, 4, 6, 8, 12, 16)

Vector = npt.NDArray[np.float64]


def window_features(melody: Planes, tracks: Sequence[Planes], bar: BarShape = COMMON_TIME) -> dict[str, Vector]:
    """Returns the features of one window as vectors (a scalar has one entry), means over the accompaniment tracks. bar:
    the shape of its bars."""
    lengths: list[int] = []
    intervals: list[int] = []
    means: list[float] = []
    ranges: list[int] = []
    notes_total = 0
    for track in tracks:
        notes = planes_to_notes(track)
        notes_total += len(notes)
        if not notes:
            continue
        pitches = [note.pitch for note in notes]
        lengths.extend(note.duration for note in notes)
        intervals.extend(abs(second - first) for first, second in itertools.pairwise(pitches))
        means.append(float(np.mean(pitches)))
        ranges.append(max(pitches) - min(pitches))
    steps = tracks[0].shape[1]
    bars = steps / bar.steps
    classes = np.sum([chroma(track[SOUNDING]).sum(axis=0) for track in tracks], axis=0).astype(np.float64)
    lengths_seen = np.array([sum(length >= edge for edge in LENGTH_EDGES) - 1 for length in lengths], dtype=np.int64)
    length_histogram = np.bincount(lengths_seen, minlength=len(LENGTH_EDGES)).astype(np.float64)
    onsets = np.sum([track[ONSET].any(axis=1) for track in tracks], axis=0)
    onset_histogram = np.zeros(bar.steps)
    np.add.at(onset_histogram, np.arange(steps) % bar.steps, onsets)
    values: dict[str, float | Vector] = {
        "pitchClassesUsed": float(np.mean([pitch_classes_used(track, bar) for track in tracks])),
        "meanPitch": float(np.mean(means)) if means else 0.0,
        "pitchRange": float(np.mean(ranges)) if ranges else 0.0,
        "notesPerBar": notes_total / len(tracks) / max(bars, 1e-9),
        "noteLength": float(np.mean(lengths)) if lengths else 0.0,
        "melodicInterval": float(np.mean(intervals)) if intervals else 0.0,
        "silentShare": float(np.mean([~track[SOUNDING].any(axis=1) for track in tracks])),
        "dissonantPairShare": dissonant_pair_share([melody, *tracks]) or 0.0,
        "scaleConsistency": scale_consistency(tracks) or 0.0,
        "pitchClassHistogram": classes / max(classes.sum(), 1.0),
        "noteLengthHistogram": length_histogram / max(length_histogram.sum(), 1.0),
        "onsetHistogram": onset_histogram / max(onset_histogram.sum(), 1.0),
    }
    return {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in values.items()}


class SimilarityReference:
    """The reference windows. Everything about them that stays the same in all epochs is computed once."""

    def __init__(self, windows: Sequence[dict[str, Vector]]) -> None:
        """`windows`: features of at least three reference windows (see window_features)."""
        if len(windows) < 3:
            raise ValueError(f"a reference needs at least three windows, but there are {len(windows)}")
        self._windows = {name: np.stack([window[name] for window in windows]) for name in FEATURES}
        upper = np.triu_indices(len(windows), k=1)
        self._within = {name: _distances(values, values)[upper] for name, values in self._windows.items()}

    def compare(self, windows: Sequence[dict[str, Vector]]) -> dict[str, float]:
        """Returns 1 - OA of every feature for the given windows against the reference. 0-1 each."""
        result: dict[str, float] = {}
        for name in FEATURES:
            values = np.stack([window[name] for window in windows])
            between = _distances(values, self._windows[name]).ravel()
            result[name] = 1.0 - overlapped_area(self._within[name], between)
        return result

    def similarity_index(self, windows: Sequence[dict[str, Vector]]) -> float:
        """Returns the mean of compare() over the features. 0 = like the reference, 1 = nothing in common."""
        return float(np.mean(list(self.compare(windows).values())))


def overlapped_area(first: Vector, second: Vector) -> float:
    """Returns the integral of the smaller of two densities on one common grid, each a Gaussian kernel estimate of a
    sample.

    Bandwidths follow Scott's rule; a sample without spread gets the narrowest kernel that the grid can show.
    """
    low = float(min(first.min(), second.min()))
    high = float(max(first.max(), second.max()))
    if high - low < 1e-12:
        return 1.0
    margin = 0.25 * (high - low)
    grid = np.linspace(low - margin, high + margin, GRID_POINTS)
    step = float(grid[1] - grid[0])
    densities = [_density(sample, grid, step) for sample in (first, second)]
    return float(np.clip(np.sum(np.minimum(densities[0], densities[1])) * step, 0.0, 1.0))


def _density(sample: Vector, grid: Vector, step: float) -> Vector:
    """Returns the kernel density on the grid, summing to one. The sample is binned first, which is exact to half a grid
    step, and cheap."""
    bandwidth = max(float(np.std(sample)) * len(sample) ** (-1 / 5), step)
    positions = np.clip((sample - grid[0]) / step, 0, len(grid) - 1.000001)
    left = positions.astype(np.int64)
    weight = positions - left
    points = len(grid)
    histogram = np.bincount(left, 1 - weight, points) + np.bincount(left + 1, weight, points)
    reach = np.arange(1 - points, points) * step
    density = np.convolve(histogram, np.exp(-0.5 * (reach / bandwidth) ** 2))[points - 1 : 2 * points - 1]
    return np.asarray(density / max(float(density.sum()) * step, 1e-300), dtype=np.float64)


def _distances(first: Vector, second: Vector) -> Vector:
    """Returns the Euclidean distances between the rows of [n, d] and [m, d], as [n, m]."""
    return np.asarray(np.linalg.norm(first[:, np.newaxis, :] - second[np.newaxis, :, :], axis=2), dtype=np.float64)
