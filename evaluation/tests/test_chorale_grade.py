"""The grade of a chorale: its features, counted by hand in a few notes, and its distances."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.chorale_grade import (
    FEATURES,
    Grade,
    GradeReference,
    chorale_features,
    harmonic_quality,
    ranked_distance,
)
from opencomposer_evaluation.repeated_sequences import repeated_sequences
from opencomposer_music.keys import Key
from opencomposer_music.voice_lines import REST
from opencomposer_testing.quarters import quarters

C_MAJOR = Key(0, "major")


# C, F with its third in the soprano, G seventh, C: parallel octaves between tenor and bass into the last chord.
CADENCE = quarters([67, 69, 67, 67], [64, 65, 65, 64], [60, 60, 59, 60], [48, 53, 47, 48])


def test_features_of_a_cadence_by_hand() -> None:
    features = chorale_features(CADENCE, key=C_MAJOR)
    assert features.mode == "major"
    assert features.notes == 16
    # Four steps each: C five times, E twice, F three times, G three times, A and two Bs once or twice.
    assert features.histograms["notes"] == {"0": 20, "4": 8, "5": 12, "7": 12, "9": 4, "11": 8}
    assert features.histograms["rhythm"] == {"4": 16}
    assert features.histograms["harmony"] == {"major": 3, "dominant seventh": 1}
    assert features.histograms["soprano"] == {"+1/+2": 1, "-1/-2": 1, "+0/+0": 1}
    # Up a fourth, down a diminished fifth (F to B), up a semitone.
    assert features.histograms["bass"] == {"+3/+5": 1, "-4/-6": 1, "+1/+1": 1}
    assert features.parallels == {"octave": 1}


def test_a_parallel_out_of_the_end_of_a_phrase_does_not_count() -> None:
    fifths = quarters([67, 69, 67], [64, 65, 65], [60, 60, 60], [48, 50, 48])
    assert chorale_features(fifths, key=C_MAJOR).parallels == {"fifth": 2}
    assert chorale_features(fifths, phrase_ends=[4], key=C_MAJOR).parallels == {"fifth": 1}


def test_from_a_unison_to_an_octave_is_no_parallel() -> None:
    assert not chorale_features(quarters([72, 74], [67, 65], [55, 62], [55, 50]), key=C_MAJOR).parallels


def test_rests_count_within_a_piece_and_not_around_it() -> None:
    lines = quarters(*([REST, pitch, REST, pitch, REST] for pitch in (72, 67, 64, 48)))
    features = chorale_features(lines, key=C_MAJOR)
    assert features.histograms["rhythm"] == {"4": 12}
    assert features.histograms["notes"]["rest"] == 16
    assert not features.histograms["soprano"]  # There is no interval across a rest.


def test_other_numbers_of_lines_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="a chorale has 4 lines, but this music has 3"):
        chorale_features(quarters([72], [67], [60]))


def test_a_distance_is_between_ranks_of_the_reference() -> None:
    reference = {"common": 0.5, "usual": 0.3, "rare": 0.2}
    assert ranked_distance(reference, reference) == 0
    # All that is common (rank 0), and nothing else: .3 moves by one rank and .2 by two.
    assert ranked_distance({"common": 1.0}, reference) == pytest.approx(0.3 + 2 * 0.2)
    # What the reference does not have comes last, the rarest of it first: ranks 3 and 4.
    assert ranked_distance({"x": 0.75, "y": 0.25}, {"common": 1.0}) == pytest.approx(0.25 * 1 + 0.75 * 2)


def test_the_grade_of_a_reference_piece_and_of_one_with_more_parallels() -> None:
    # A minor: soprano and tenor go in octaves, and both in fifths with the bass.
    minor = quarters([72, 71, 72], [64, 64, 64], [60, 59, 60], [53, 52, 53])
    pieces = [chorale_features(CADENCE, key=C_MAJOR), chorale_features(minor, key=Key(9, "minor"))]
    assert pieces[1].parallels == {"fifth": 4, "octave": 2}
    grade = GradeReference(pieces).grade(pieces[0])
    assert tuple(grade.features) == FEATURES
    # It is the only piece in major, so it is as far from the reference as from itself.
    assert [grade.features[name] for name in ("notes", "harmony", "soprano", "alto", "tenor", "bass")] == [0] * 6
    # The reference has seven parallels in 28 notes, the cadence one in 16: a quarter as often. Four sevenths of the
    # reference's are fifths, and none of the cadence's: so much of the distribution is a rank away.
    assert grade.features["parallels"] == pytest.approx((1 / 16) / (7 / 28) * 4 / 7)
    assert grade.total == pytest.approx(sum(grade.features.values()))


def test_a_reference_of_one_mode_stands_for_the_other() -> None:
    major, minor = (chorale_features(CADENCE, key=key) for key in (C_MAJOR, Key(0, "minor")))
    reference = GradeReference([major])
    assert reference.grade(minor).features["harmony"] == reference.grade(major).features["harmony"] == 0
    with pytest.raises(ValueError, match="at least one piece, but has none"):
        GradeReference([])


def test_grades_with_and_without_the_heavy_terms() -> None:
    grade = Grade({**dict.fromkeys(FEATURES, 1.0), "parallels": 10.0, "repeats": 3.0})
    assert (grade.total, grade.without_repeats, grade.without_parallels) == (20, 17, 7)


@pytest.mark.parametrize(
    ("pitches", "quality"),
    [
        ([48, 64, 67], "major"),
        ([48, 55], "fourth or fifth"),
        ([48, 60], "one tone"),
        ([48, 53, 55], "suspended"),
        ([43, 48, 53, 55], "suspended"),  # Stacked fourths are the same tones.
        ([48, 49, 50, 51], "unidentifiable"),
    ],
)
def test_kinds_of_chords(pitches: list[int], quality: str) -> None:
    assert harmonic_quality(pitches) == quality


def test_repeated_sequences_by_hand() -> None:
    # C D E, then C D E again, in quarters: the six tokens repeat one sequence of three notes (12 steps), twice.
    line = [60, 62, 64, 60, 62, 64]
    assert repeated_sequences(quarters(line)) == {12: 2}
    # The same sequence in a second voice counts once, and a line without repeats adds nothing.
    assert repeated_sequences(quarters(line, line, [48, 50, 52, 53, 55, 57])) == {12: 2}
    # A A A A: the pair occurs three times, the triple twice, and each is part of nothing that occurs as often. A
    # sequence may end within its last note, so "A A" is also found as A and a part of A; that one is never alone.
    assert repeated_sequences(quarters([69, 69, 69, 69])) == {8: 3, 12: 2}


@given(st.lists(st.integers(58, 66), min_size=3, max_size=14), st.integers(-7, 7))
def test_no_transposition_changes_what_is_repeated(pitches: list[int], shift: int) -> None:
    lines = quarters(pitches)
    found = repeated_sequences(lines)
    assert found == repeated_sequences(lines.transposed(shift))
    assert all(length > 4 and occurrences > 1 for length, occurrences in found.items())


@given(st.lists(st.tuples(*[st.integers(40, 79)] * 4), min_size=3, max_size=10), st.integers(-9, 9))
def test_no_transposition_changes_the_features(chords: list[tuple[int, ...]], shift: int) -> None:
    lines = quarters(*(list(voice) for voice in zip(*chords, strict=True)))
    one = chorale_features(lines, key=C_MAJOR)
    two = chorale_features(lines.transposed(shift), key=Key(shift % 12, "major"))
    assert one.histograms == two.histograms
    assert (one.parallels, one.repeats) == (two.parallels, two.repeats)
    assert isinstance(one.parallels, Counter)
