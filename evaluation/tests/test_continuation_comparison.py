"""What is counted in continuations, on music whose counts are known."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.comparison import SIMILARITY
from opencomposer_evaluation.continuation_comparison import (
    GRADE,
    ContinuationComparison,
    count_repeated_bars,
    count_seam,
    features_of,
    grade_reference,
    measure_continuation,
)
from opencomposer_evaluation.continuations import BARS, continuation_of, planes_of, prime_of
from opencomposer_evaluation.corpus import choose_windows
from opencomposer_evaluation.intervals import Resampling
from opencomposer_evaluation.similarity import SimilarityIndex
from opencomposer_music.piano_roll import STEPS_PER_BAR, Note
from opencomposer_testing.tiny_music import random_piece
from opencomposer_training.dataset import VoicePlanes

C_MAJOR, G_SEVENTH = (72, 67, 64, 48), (71, 67, 65, 43)


def chords(*pitches_of_beats: tuple[int, ...]) -> VoicePlanes:
    """Returns four voices that play one chord a beat."""
    voices = zip(*pitches_of_beats, strict=True)
    notes = [[Note(4 * beat, 4, pitch) for beat, pitch in enumerate(voice)] for voice in voices]
    return planes_of(notes, 0, len(pitches_of_beats) // 4)


def test_a_bar_that_is_played_again_is_counted() -> None:
    one, two = chords(*[C_MAJOR] * 4), chords(*[G_SEVENTH] * 4)
    music = np.concatenate([one, two, two, one], axis=2)
    assert count_repeated_bars(music, one) == {"newBars": 4, "asBefore": 2, "asEarlier": 3}
    assert count_repeated_bars(music, two) == {"newBars": 4, "asBefore": 1, "asEarlier": 3}


def test_the_same_pitches_in_another_rhythm_are_another_bar() -> None:
    held = planes_of([[Note(0, 16, pitch)] for pitch in C_MAJOR], 0, 1)
    assert count_repeated_bars(held, chords(*[C_MAJOR] * 4))["asEarlier"] == 0


def test_a_seam_counts_the_voices_that_move_and_by_how_much() -> None:
    counts = count_seam(chords(*[C_MAJOR] * 4, *[G_SEVENTH] * 4), 1)
    assert (counts["seam/changedVoices"], counts["seam/changedVoices.of"]) == (3, 4)
    assert (counts["seam/leap"], counts["seam/leap.of"]) == (1 + 0 + 1 + 5, 4)
    assert counts["seam/wideLeaps"] == 0
    assert count_seam(chords(*[C_MAJOR] * 8), 1)["seam/dissonantPairShare"] == 0


def test_chords_are_counted_by_root_and_quality() -> None:
    music = chords(C_MAJOR, G_SEVENTH, C_MAJOR, C_MAJOR)
    counts = measure_continuation(music, chords(*[C_MAJOR] * 4))
    assert (counts["differentChords"], counts["beats"], counts["seventhBeats"]) == (2, 4, 1)
    assert (counts["four"], counts["steps"]) == (16, 16)
    # Four voices, and each repeats its pitch once at the end; the alto's G is in both chords.
    assert (counts["repeats"], counts["repeats.of"]) == (4 + 2, 12)


@pytest.fixture(scope="module")
def comparison() -> ContinuationComparison:
    pieces = [random_piece(seed, 18, split="test" if seed < 2 else "validation") for seed in range(4)]
    windows = choose_windows(pieces, BARS, 1, 12)
    index = SimilarityIndex([features_of(continuation_of(window)) for window in windows.planes])
    return ContinuationComparison(windows, index, grade_reference(pieces), Resampling(0, 20))


def test_rows_have_every_statistic_and_can_be_of_one_split(comparison: ContinuationComparison) -> None:
    music = [np.roll(prime, 3 * STEPS_PER_BAR, axis=2) for prime in comparison.primes]
    measured = comparison.measure(music)
    whole = comparison.row("all", "stock", measured)
    assert {GRADE, SIMILARITY, "barsAsTheOneBefore", "leapAtTheSeam", "phrasesClosed"} <= set(whole.estimates)
    parts = [comparison.of_split(split) for split in ("test", "validation")]
    assert sorted(parts[0] + parts[1]) == list(range(len(music)))
    shares = [comparison.row("part", "stock", measured, part).estimates["dissonantPairShare"].value for part in parts]
    assert min(shares) <= whole.estimates["dissonantPairShare"].value <= max(shares)


def test_the_music_that_the_index_was_made_of_is_like_itself(comparison: ContinuationComparison) -> None:
    primes = comparison.primes
    same = comparison.row("same", "composer", comparison.measure([np.roll(one, 16, axis=2) for one in primes]))
    silent = comparison.row("silence", "stock", comparison.measure([np.zeros_like(prime) for prime in primes]))
    assert same.estimates[SIMILARITY].value < silent.estimates[SIMILARITY].value


def test_a_prime_and_what_follows_are_a_window() -> None:
    window = random_piece(5, BARS).planes
    joined = np.concatenate([prime_of(window), continuation_of(window)], axis=2)
    assert np.array_equal(joined[:, 1], window[:, 1])
