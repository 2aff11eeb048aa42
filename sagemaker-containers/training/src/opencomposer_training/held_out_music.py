"""The music that every epoch is measured on, and the metrics of the composers' own accompaniment of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from opencomposer_music.metrics import mean_metrics, measure_composition
from opencomposer_music.piano_roll import Planes
from opencomposer_music.similarity_index import SimilarityReference, Vector, window_features

from opencomposer_training.dataset import Dataset, VoicePlanes, gather_phrase_ends, gather_windows

REFERENCE_WINDOWS = 192
"""The largest number of windows of the training pieces with which the similarity index compares."""


class HeldOutMusic:
    """Windows of the validation pieces, or of the training pieces where a selection has no others.

    phrase_ends: the steps of each window, [steps], at which a note that ends a phrase sounds.
    reference_metrics, validation_metrics: metrics of the composers' accompaniment of the training pieces and of the
    windows.
    """

    def __init__(
        self, dataset: Dataset, *, bars: int, windows: int, accompaniment: Callable[[VoicePlanes], Sequence[Planes]]
    ) -> None:
        """bars: length of a window; windows: the largest number of windows; accompaniment: returns a window's tracks
        without the melody, as the technique would write them."""
        train = dataset.of_split("train")
        reference = gather_windows(train, bars, REFERENCE_WINDOWS)
        held_out = dataset.of_split("validation") or train
        self.windows = gather_windows(held_out, bars, windows)
        self.phrase_ends = gather_phrase_ends(held_out, bars, windows)
        features = [window_features(window[0], accompaniment(window)) for window in reference]
        # A tiny selection has fewer windows than a density needs. Repeating all of them changes no density.
        self._reference = SimilarityReference(features * (1 if len(features) > 2 else 3))
        self.reference_metrics = mean_metrics(
            [measure_composition(window[0], accompaniment(window)) for window in reference]
        )
        self.validation_metrics = self.measure(accompaniment(window) for window in self.windows)

    def measure(self, written: Iterable[Sequence[Planes]]) -> dict[str, float]:
        """Returns the mean metrics and the similarity index of tracks that were written to the melodies of the
        windows, in their order."""
        metrics: list[dict[str, float]] = []
        features: list[dict[str, Vector]] = []
        for window, tracks in zip(self.windows, written, strict=True):
            metrics.append(measure_composition(window[0], tracks))
            features.append(window_features(window[0], tracks))
        return {**mean_metrics(metrics), "similarityIndex": self._reference.similarity_index(features)}
