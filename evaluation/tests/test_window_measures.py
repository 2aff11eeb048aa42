"""Parallels, bar lines, the index with weights, goals and tables."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.corpus import REST, choose_windows
from opencomposer_evaluation.goals import Goal, exactly
from opencomposer_evaluation.intervals import Estimate, draw_weights
from opencomposer_evaluation.report import Table
from opencomposer_evaluation.seams import measure_bar_lines
from opencomposer_evaluation.similarity import SimilarityIndex, _weighted_overlap
from opencomposer_evaluation.window_measures import gather_totals, measure_window, parallels, statistics
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_music.similarity_index import SimilarityReference, overlapped_area, window_features
from opencomposer_testing.tiny_music import random_piece


def test_parallels_by_hand() -> None:
    # C-G to D-A is a parallel fifth; similar motion to an octave on E is none; both up a tone is a parallel octave.
    low = [60, 62, 64, 66, 66, REST, 60]
    high = [67, 69, 76, 78, 78, 80, 72]
    assert parallels(np.array([low, high])) == {"similarMotion": 3, "fifths": 1, "octaves": 1}
    # Staying is no motion, and motion in opposite directions is none that counts.
    assert parallels(np.array([[60, 60, 59], [67, 67, 68]])) == {"similarMotion": 0, "fifths": 0, "octaves": 0}


def test_measures_of_a_window_by_hand() -> None:
    melody = notes_to_planes([Note(0, 64, 72)], 64)
    alto = notes_to_planes([Note(0, 4, 64), Note(4, 1, 64), Note(16, 16, 65)], 64)
    bass = notes_to_planes([Note(0, 64, 48)], 64)
    totals = gather_totals([measure_window(melody, [alto, bass])])
    with np.errstate(invalid="ignore"):  # No voices move together here.
        values = {name: float(value(totals)[0]) for name, value in statistics(2).items()}
    assert values["emptyBarRate"] == 0.5
    assert values["repeatedNoteShare"] == 0.5
    assert values["meanPitch1"] == pytest.approx((64 + 64 + 65) / 3)
    assert values["qualifiedNoteRate"] == pytest.approx((2 / 3 + 1) / 2)
    assert values["dissonantPairShare"] == 0


def test_a_window_without_notes_counts_for_no_share() -> None:
    melody, silence = notes_to_planes([Note(0, 64, 72)], 64), notes_to_planes([], 64)
    second = notes_to_planes([Note(0, 64, 73)], 64)
    totals = gather_totals([measure_window(melody, [silence]), measure_window(melody, [second])])
    sums = {name: values.sum(keepdims=True) for name, values in totals.items()}
    assert statistics(1)["dissonantPairShare"](sums)[0] == 1
    assert statistics(1)["qualifiedNoteRate"](sums)[0] == 1
    assert statistics(1)["emptyBarRate"](sums)[0] == 0.5


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

    # Each window once is the shared overlap; twice is that of the windows and their copies.
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


def test_bar_lines_are_told_apart_and_a_jump_is_seen_where_it_is() -> None:
    # One voice that leaps by a tenth at every fourth bar line and holds its note otherwise.
    notes = [Note(64 * part, 64, 50 if part % 2 else 66) for part in range(4)]
    counts = measure_bar_lines(notes_to_planes([Note(0, 256, 74)], 256), [notes_to_planes(notes, 256)])
    assert (counts["leap/0"], counts["leap/0.of"]) == (48, 3)
    assert (counts["changedVoices/0"], counts["changedVoices/1"], counts["changedVoices/2"]) == (3, 0, 0)
    assert (counts["changedVoices/1.of"], counts["changedVoices/2.of"]) == (4, 8)
    assert counts["wideLeaps/0"] == 3


def test_verdicts() -> None:
    def verdict(value: float, low: float, high: float) -> str:
        return Goal("x", "at most 1", Estimate(value, np.array([low, high])), highest=1).verdict

    assert verdict(0.5, 0.4, 0.6) == "reached"
    assert verdict(0.9, 0.8, 1.2) == "reached, but not by the whole interval"
    assert verdict(1.1, 0.8, 1.2) == "not reached"
    assert verdict(float("nan"), float("nan"), float("nan")) == "not measured"
    assert Goal("x", "at least 24", exactly(24), lowest=24).verdict == "reached"


def test_a_table_has_columns_of_equal_width() -> None:
    lines = Table(["", "a"], [["first", "1"], ["x", "12345"]]).markdown().splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| ----- | ----- |"
