"""The similarity index is low for like music and high for unlike music, and its overlap is right for known areas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_music.similarity_index import FEATURES, SimilarityReference, Vector, overlapped_area, window_features


def window(seed: int, *, pitches: tuple[int, ...], durations: tuple[int, ...]) -> tuple[Planes, list[Planes]]:
    """Returns four bars of melody and two voices of random notes of the given pitches and durations."""
    rng = np.random.default_rng(seed)
    voices = []
    for offset in (12, 0, -12):
        notes, step = [], 0
        while step < 64:
            duration = int(rng.choice(durations))
            notes.append(Note(step, min(duration, 64 - step), int(rng.choice(pitches)) + offset))
            step += duration
        voices.append(notes_to_planes(notes, 64))
    return voices[0], voices[1:]


def features(seeds: range, pitches: tuple[int, ...], durations: tuple[int, ...]) -> list[dict[str, Vector]]:
    return [window_features(*window(seed, pitches=pitches, durations=durations)) for seed in seeds]


SCALE = (60, 62, 64, 65, 67, 69, 71)


def test_music_of_the_same_kind_is_nearer_than_music_of_another() -> None:
    reference = SimilarityReference(features(range(48), SCALE, (2, 4, 8)))
    same = reference.similarity_index(features(range(100, 148), SCALE, (2, 4, 8)))
    faster = reference.similarity_index(features(range(100, 148), SCALE, (1, 2)))
    silent = [window_features(notes_to_planes([], 64), [notes_to_planes([], 64)] * 2) for _ in range(8)]
    assert same < 0.08
    assert faster > same + 0.3
    assert reference.similarity_index(silent) > faster


def test_each_feature_answers_to_its_own_change() -> None:
    reference = SimilarityReference(features(range(48), SCALE, (2, 4, 8)))
    higher = reference.compare(features(range(100, 148), tuple(pitch + 7 for pitch in SCALE), (2, 4, 8)))
    assert set(higher) == set(FEATURES)
    assert higher["meanPitch"] > 0.5
    assert higher["noteLength"] < 0.2
    assert higher["onsetHistogram"] < 0.2


def test_overlap_of_two_normal_densities_is_the_known_area() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0, 1, 20_000), rng.normal(2, 1, 20_000)
    # Two unit normals at a distance d overlap in 2 * Phi(-d / 2), and the kernels widen both a little.
    bandwidth = 20_000 ** (-1 / 5)
    distance = 2 / math.sqrt(1 + bandwidth**2)
    assert overlapped_area(first, second) == pytest.approx(math.erfc(distance / 2 / math.sqrt(2)), abs=0.01)


@given(st.integers(0, 2**32 - 1), st.integers(3, 60), st.floats(0.01, 100))
def test_overlap_is_a_share_symmetric_and_whole_for_equal_samples(seed: int, size: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(0, scale, size), rng.normal(1, 2 * scale, size)
    area = overlapped_area(first, second)
    assert 0 <= area <= 1
    assert overlapped_area(second, first) == pytest.approx(area, abs=1e-9)
    assert overlapped_area(first, first) == pytest.approx(1, abs=1e-6)


def test_samples_without_spread_do_not_overlap_unless_they_are_one() -> None:
    assert overlapped_area(np.zeros(5), np.zeros(7)) == 1.0
    assert overlapped_area(np.zeros(5), np.ones(7)) < 0.01


def test_a_reference_of_two_windows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        SimilarityReference(features(range(2), SCALE, (4,)))
