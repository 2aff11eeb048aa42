"""The similarity index over windows that are drawn again."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.corpus import choose_windows
from opencomposer_evaluation.intervals import draw_weights
from opencomposer_evaluation.similarity import SimilarityIndex, _weighted_overlap
from opencomposer_music.similarity_index import SimilarityReference, overlapped_area, window_features
from opencomposer_testing.tiny_music import random_piece


def test_the_index_is_the_shared_one_and_its_replicates_are_those_of_repeated_windows() -> None:
    pieces = [random_piece(seed, 8) for seed in range(6)]
    windows = choose_windows(pieces, 4, 4, 12)
    features = [window_features(planes[0], list(planes[1:])) for planes in windows.planes]
    index = SimilarityIndex(features[:6])
    weights = draw_weights(windows.owners[6:], 0, 20)
    found, by_feature = index.estimate(features[6:], weights)
    reference = SimilarityReference(features[:6])
    assert found.value == pytest.approx(reference.similarity_index(features[6:]))
    assert by_feature == reference.compare(features[6:])
    assert found.replicates.mean() == pytest.approx(found.value)

    # With each window once it is the shared overlap; with each twice it is that of the windows and their copies.
    rng = np.random.default_rng(0)
    within, between = rng.normal(size=40), rng.normal(loc=1, size=(9, 6))
    one, both, part = _weighted_overlap(
        within, between, np.array([np.ones(9), np.full(9, 2.0), [1, 1, 1, 0, 0, 0, 0, 0, 0]])
    )
    assert one == pytest.approx(overlapped_area(within, between.ravel()))
    repeated = _weighted_overlap(within, np.vstack([between, between]), np.ones((1, 18)))[0]
    assert both == pytest.approx(repeated)
    assert 0 < one < 1
    assert part != one
