"""The main table: several accompanists on the same held-out windows, beside the composer's own accompaniment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.piano_roll import Planes
from opencomposer_music.similarity_index import Vector, window_features

from opencomposer_evaluation.accompaniment_view import AS_VOICES, AccompanimentView
from opencomposer_evaluation.accompanists import Accompanist, accompany_many
from opencomposer_evaluation.corpus import Windows
from opencomposer_evaluation.intervals import Estimate, Numbers, Resampling, estimate, mean_estimate
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_evaluation.window_metrics import gather_totals

SIMILARITY = "similarityIndex"


@dataclass(frozen=True)
class Row:
    """One line of the table: a name, and an estimate for each statistic. `features`: 1 - OA of each feature."""

    name: str
    kind: str
    estimates: dict[str, Estimate]
    features: dict[str, float]

    def to_json(self) -> dict[str, object]:
        """Returns names and rounded numbers."""
        return {
            "name": self.name,
            "kind": self.kind,
            "metrics": {name: value.to_json() for name, value in self.estimates.items()},
            "similarityFeatures": {name: round(value, 4) for name, value in sorted(self.features.items())},
        }


class Comparison:
    """Measures accompaniments of one set of windows. All rows of one comparison draw the same pieces, so that their
    differences are paired."""

    def __init__(
        self, windows: Windows, index: SimilarityIndex, resampling: Resampling, view: AccompanimentView = AS_VOICES
    ) -> None:
        self._windows = windows
        self._index = index
        self._view = view
        self._weights: Numbers = resampling.weights(windows.owners)
        self.melodies: Sequence[Planes] = [planes[0] for planes in windows.planes]

    def composer(self, name: str, kind: str) -> Row:
        """Returns the row of the pieces' own lower voices."""
        return self.played(name, kind, [list(planes[1:]) for planes in self._windows.planes])

    def row(self, name: str, kind: str, player: Accompanist) -> Row:
        """Returns the row of an accompanist, which hears each window's melody alone. A window's seed is its number."""
        return self.played(name, kind, accompany_many(player, self.melodies, range(len(self.melodies))))

    def played(
        self,
        name: str,
        kind: str,
        accompaniments: Sequence[Sequence[Planes]],
        details: Sequence[Mapping[str, float]] | None = None,
    ) -> Row:
        """Returns the row of accompaniments of all windows. details: counts that only the player knows, by window."""
        counts: list[dict[str, float]] = []
        features: list[dict[str, Vector]] = []
        tracks: Sequence[Planes] = []
        for number, (melody, accompaniment) in enumerate(zip(self.melodies, accompaniments, strict=True)):
            tracks = self._view.heard(melody, accompaniment)
            counts.append({**self._view.measure(melody, tracks), **(details[number] if details else {})})
            features.append(window_features(melody, list(self._view.tones(tracks))))
        totals = gather_totals(counts)
        statistics = self._view.statistics(len(tracks))
        estimates = {key: estimate(totals, self._weights, statistic) for key, statistic in statistics.items()}
        estimates[SIMILARITY], by_feature = self._index.estimate(features, self._weights)
        return Row(name, kind, estimates, by_feature)


def mean_row(name: str, kind: str, rows: Sequence[Row]) -> Row:
    """Returns the mean of rows of one comparison, each statistic for itself. Each row's similarity index then
    comes from the same number of windows."""
    return Row(
        name,
        kind,
        {key: mean_estimate([row.estimates[key] for row in rows]) for key in rows[0].estimates},
        {key: float(np.mean([row.features[key] for row in rows])) for key in rows[0].features},
    )
