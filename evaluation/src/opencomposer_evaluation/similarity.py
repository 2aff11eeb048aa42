"""The similarity index (opencomposer_music.similarity_index) with intervals over drawn pieces.

The index itself is the shared code's. For the replicates the sum over windows and the kernel estimate change places,
which makes a thousand of them cheap: only the grid, taken from all windows, and a replicate's own bandwidth matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from opencomposer_music.similarity_index import (
    FEATURES,
    GRID_POINTS,
    SimilarityReference,
    Vector,
)

from opencomposer_evaluation.intervals import Estimate, Numbers

Features = Sequence[dict[str, Vector]]


class SimilarityIndex:
    """Compares sets of windows with one set of reference windows."""

    def __init__(self, reference: Features) -> None:
        """reference: features of at least three windows (see window_features)."""
        self._reference = SimilarityReference(reference)
        self._features = {name: np.stack([window[name] for window in reference]) for name in FEATURES}
        upper = np.triu_indices(len(reference), k=1)
        self._within = {name: _distances(values, values)[upper] for name, values in self._features.items()}

    def estimate(self, windows: Features, weights: Numbers) -> tuple[Estimate, dict[str, float]]:
        """Returns the index of the windows with its interval, and 1 - OA of each feature. weights: [replicates + 1,
        windows].

        Pieces drawn twice make a set less like any other, so the replicates are higher than the index of the sample.
        They are shifted so that their mean is that index: only their spread says something.
        """
        by_feature = self._reference.compare(windows)
        replicates = np.zeros(len(weights) - 1)
        for name in FEATURES:
            between = _distances(np.stack([window[name] for window in windows]), self._features[name])
            replicates += 1 - _weighted_overlap(self._within[name], between, weights[1:])
        value = float(np.mean(list(by_feature.values())))
        replicates /= len(FEATURES)
        return Estimate(value, replicates - replicates.mean() + value), by_feature


def _distances(first: Vector, second: Vector) -> Vector:
    """Returns the Euclidean distances between the rows of [n, d] and [m, d], as [n, m]."""
    return np.asarray(np.linalg.norm(first[:, np.newaxis, :] - second[np.newaxis, :, :], axis=2), dtype=np.float64)


def _weighted_overlap(within: Vector, between: Vector, weights: Numbers) -> Numbers:
    """Returns overlapped_area(within, the rows of `between` as often as `weights` says), for each row of weights."""
    low, high = float(min(within.min(), between.min())), float(max(within.max(), between.max()))
    if high - low < 1e-12:
        return np.ones(len(weights))
    margin = 0.25 * (high - low)
    grid = np.linspace(low - margin, high + margin, GRID_POINTS)
    step = float(grid[1] - grid[0])
    histograms = np.stack([_histogram(row, grid, step) for row in between])
    counts = weights.sum(axis=1) * between.shape[1]
    means = (weights @ between.sum(axis=1)) / counts
    squares = (weights @ (between**2).sum(axis=1)) / counts
    deviations = np.sqrt(np.maximum(squares - means**2, 0))
    bandwidths = np.maximum(deviations * counts ** (-1 / 5), step)
    own_bandwidth = np.array([max(float(np.std(within)) * len(within) ** (-1 / 5), step)])
    reference = _smooth(_histogram(within, grid, step)[np.newaxis], own_bandwidth, step)
    overlaps = np.minimum(reference, _smooth(weights @ histograms, bandwidths, step)).sum(axis=1) * step
    return np.asarray(np.clip(overlaps, 0, 1), dtype=np.float64)


def _histogram(sample: Vector, grid: Vector, step: float) -> Vector:
    """Returns the share of a sample at each point of the grid. Each value is divided between its two neighbors."""
    positions = np.clip((sample - grid[0]) / step, 0, len(grid) - 1.000001)
    left = positions.astype(np.int64)
    weight = positions - left
    counts = np.bincount(left, 1 - weight, len(grid)) + np.bincount(left + 1, weight, len(grid))
    return np.asarray(counts, dtype=np.float64)


def _smooth(histograms: Vector, bandwidths: Vector, step: float) -> Vector:
    """Returns the Gaussian kernel densities of histograms [n, points], each summing to one. bandwidths: [n]."""
    points = histograms.shape[1]
    # On a circle of twice the grid the lags -points+1..points-1 do not meet, so a circular convolution is the plain
    # one.
    lags = np.fft.fftfreq(2 * points, 1 / (2 * points)) * step
    kernels = np.exp(-0.5 * (lags / bandwidths[:, np.newaxis]) ** 2)
    spectra = np.fft.rfft(histograms, 2 * points) * np.fft.rfft(kernels)
    densities = np.maximum(np.fft.irfft(spectra, 2 * points)[:, :points], 0)
    return np.asarray(densities / np.maximum(densities.sum(axis=1, keepdims=True) * step, 1e-300), dtype=np.float64)
