"""Whole chorales: rows of several accompanists, on a made-up data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from opencomposer_evaluation.chorale_comparison import ABOVE_LOW_TUNE, ChoraleComparison, ChoraleRow, mean_chorale_row
from opencomposer_evaluation.chorale_metrics import phrase_end_onsets
from opencomposer_evaluation.corpus import load_dataset
from opencomposer_evaluation.intervals import Resampling
from opencomposer_evaluation.melodies import transposed
from opencomposer_music.piano_roll import Planes
from opencomposer_testing.tiny_music import written_dataset
from opencomposer_training.dataset import Dataset, Piece


class Composer:
    """Plays a piece's own lower voices to its melody, in any transposition; in one track, if asked to."""

    def __init__(self, pieces: Sequence[Piece], *, in_one_track: bool = False, shift: int = 0) -> None:
        self._voices = {
            transposed(piece.planes[0], moved).tobytes(): [
                transposed(voice, moved + shift) for voice in piece.planes[1:]
            ]
            for piece in pieces
            for moved in (0, -12)
        }
        self._in_one_track = in_one_track

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        voices = self._voices[melody.tobytes()]
        return [np.asarray(np.any(voices, axis=0))] if self._in_one_track else voices


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return load_dataset(written_dataset(tmp_path / "d"))


def values(row: ChoraleRow) -> dict[str, float]:
    return {name: estimate.value for name, estimate in row.estimates.items()}


def test_who_plays_what_the_composer_wrote_has_the_composers_row(dataset: Dataset) -> None:
    test = dataset.of_split("test")
    comparison = ChoraleComparison(dataset.of_split("train"), test, Resampling(0, 30), seeds=2)
    bach = comparison.composer("Bach", "composer")
    played = comparison.played("as Bach", "stock", Composer(test))
    assert values(played) == pytest.approx(values(bach), nan_ok=True)
    for name, estimate in bach.estimates.items():
        # Rows draw the same tunes again, so they differ in no replicate.
        assert played.estimates[name].replicates == pytest.approx(estimate.replicates, nan_ok=True)
    split = comparison.composer_in_one_track("split", "control")
    assert values(comparison.played("one", "stock", Composer(test, in_one_track=True))) == pytest.approx(
        values(split), nan_ok=True
    )


def test_an_accompaniment_two_octaves_higher_lies_above_the_tune(dataset: Dataset) -> None:
    test = dataset.of_split("test")
    comparison = ChoraleComparison(dataset.of_split("train"), test, Resampling(0, 10), seeds=1)
    own, high = (comparison.played("x", "stock", Composer(test, shift=shift)) for shift in (0, 36))
    assert high.estimates["aboveTune"].value > own.estimates["aboveTune"].value
    assert high.estimates[ABOVE_LOW_TUNE].value == high.estimates["aboveTune"].value > 0.9
    assert high.estimates["crossed"].value > 0.9


def test_a_mean_row_is_the_mean_of_each_statistic(dataset: Dataset) -> None:
    comparison = ChoraleComparison(dataset.of_split("train"), dataset.of_split("test"), Resampling(0, 10), seeds=1)
    rows = [comparison.composer("a", "stock"), comparison.composer_in_one_track("b", "otherSeed")]
    mean = mean_chorale_row("mean", "seedMean", rows)
    assert mean.estimates["grade"].value == pytest.approx(np.mean([row.estimates["grade"].value for row in rows]))


def test_phrases_end_where_the_data_set_says_so_and_else_where_the_melody_does(dataset: Dataset) -> None:
    piece = dataset.of_split("test")[0]
    assert piece.marked_phrase_ends is None
    derived = phrase_end_onsets(piece)
    assert derived
    marked = replace(piece, marked_phrase_ends=derived[-1:])
    assert phrase_end_onsets(marked) == derived[-1:]
