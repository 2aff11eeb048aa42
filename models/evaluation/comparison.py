"""The main table: several accompanists on the same held-out windows, beside the composer's own accompaniment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_shared.piano_roll import Planes
from opencomposer_shared.similarity_index import Vector, window_features

from models.evaluation.accompanists import Accompanist
from models.evaluation.corpus import Windows
from models.evaluation.intervals import Drawing, Estimate, Numbers, estimate, mean_estimate
from models.evaluation.similarity import SimilarityIndex
from models.evaluation.window_measures import gather_totals, measure_window, statistics

SIMILARITY = "similarityIndex"


@dataclass(frozen=True)
class Row:
    """One line of the table: a name, and an estimate for each statistic. `features`: 1 - OA of each feature."""

    name: str
    kind: str
    estimates: dict[str, Estimate]
    features: dict[str, float]

    def to_json(self) -> dict[str, object]:
        """Names and rounded numbers."""
        return {
            "name": self.name,
            "kind": self.kind,
            "measures": {name: value.to_json() for name, value in self.estimates.items()},
            "similarityFeatures": {name: round(value, 4) for name, value in sorted(self.features.items())},
        }


class Comparison:
    """Measures accompaniments of one set of windows. All rows of one comparison draw the same pieces, so that their
    differences are paired."""

    def __init__(self, windows: Windows, index: SimilarityIndex, drawing: Drawing) -> None:
        self._windows = windows
        self._index = index
        self._weights: Numbers = drawing.weights(windows.owners)

    def composer(self, name: str, kind: str) -> Row:
        """The row of the pieces' own lower voices."""
        return self._row(name, kind, lambda number, planes: list(planes[1:]))

    def row(self, name: str, kind: str, player: Accompanist) -> Row:
        """The row of an accompanist, who hears each window's melody alone. The seed of a window is its number."""
        return self._row(name, kind, lambda number, planes: player.accompany(planes[0], number))

    def _row(self, name: str, kind: str, voices: Callable[[int, Planes], Sequence[Planes]]) -> Row:
        counts: list[dict[str, float]] = []
        features: list[dict[str, Vector]] = []
        tracks: Sequence[Planes] = []
        for number, planes in enumerate(self._windows.planes):
            tracks = voices(number, planes)
            counts.append(measure_window(planes[0], tracks))
            features.append(window_features(planes[0], tracks))
        totals = gather_totals(counts)
        estimates = {key: estimate(totals, self._weights, value) for key, value in statistics(len(tracks)).items()}
        estimates[SIMILARITY], by_feature = self._index.estimate(features, self._weights)
        return Row(name, kind, estimates, by_feature)


def mean_row(name: str, kind: str, rows: Sequence[Row]) -> Row:
    """The mean of rows of one comparison, each statistic for itself: with the index, an average over models keeps the
    number of windows that every other row has."""
    return Row(
        name,
        kind,
        {key: mean_estimate([row.estimates[key] for row in rows]) for key in rows[0].estimates},
        {key: float(np.mean([row.features[key] for row in rows])) for key in rows[0].features},
    )
