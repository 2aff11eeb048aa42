"""Measures, compared with cases worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.metrics import (
    dissonant_pair_share,
    empty_bar_rate,
    groove_consistency,
    mean_metrics,
    measure_composition,
    pitch_classes_used,
    pitches_used,
    polyphonic_rate,
    qualified_note_rate,
    scale_consistency,
    tonal_distance,
)
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes

C_MAJOR = [60, 62, 64, 65, 67, 69, 71]


def planes(*notes: tuple[int, int, int], bars: int = 1) -> Planes:
    return notes_to_planes([Note(*note) for note in notes], bars * 16)


def line(pitches: list[int], duration: int = 2) -> Planes:
    notes = [(index * duration, duration, pitch) for index, pitch in enumerate(pitches)]
    return planes(*notes, bars=-(-len(pitches) * duration // 16))


def test_empty_bars() -> None:
    assert empty_bar_rate(planes(bars=4)) == 1.0
    assert empty_bar_rate(planes((0, 1, 60), bars=4)) == 0.75
    # A note held over two barlines leaves no bar empty.
    assert empty_bar_rate(planes((0, 33, 60), bars=3)) == 0.0


def test_pitch_classes_do_not_count_octaves_and_pitches_do() -> None:
    octaves = planes((0, 4, 36), (4, 4, 48), (8, 4, 60))
    assert pitch_classes_used(octaves) == 1.0
    assert pitches_used(octaves) == 3.0
    assert pitch_classes_used(line([60, 64, 67, 60, 60, 64, 67, 72, 62, 62, 62, 62, 62, 62, 62, 62])) == 2.0


def test_qualified_notes_are_eighths_and_longer() -> None:
    assert qualified_note_rate(planes((0, 1, 60), (1, 2, 62), (3, 4, 64), (7, 1, 65))) == 0.5
    assert qualified_note_rate(planes()) is None
    # Two repeated sixteenths are two short notes, not an eighth.
    assert qualified_note_rate(planes((0, 1, 60), (1, 1, 60))) == 0.0


def test_a_major_scale_in_any_key_is_consistent_and_a_chromatic_one_is_seven_twelfths() -> None:
    for root in range(12):
        assert scale_consistency([line([pitch + root for pitch in C_MAJOR])]) == 1.0
    assert scale_consistency([line(list(range(60, 72)))]) == pytest.approx(7 / 12)
    assert scale_consistency([line([60, 64, 67]), line([61])]) == pytest.approx(3 / 4)
    assert scale_consistency([planes()]) is None


def test_dissonant_pairs() -> None:
    # C-E-G has three pairs, a third, a fifth and a third, of which none is dissonant.
    chord = [planes((0, 4, 60)), planes((0, 4, 64)), planes((0, 4, 67))]
    assert dissonant_pair_share(chord) == 0.0
    # C-D sounds for one step of four in which C-E sounds: pairs 4 + 1 (C-D) + 1 (D-E), two of them dissonant.
    assert dissonant_pair_share([planes((0, 4, 60)), planes((0, 4, 64)), planes((0, 1, 62))]) == pytest.approx(2 / 6)
    # A ninth is a second and an octave; a unison of two voices is a consonant pair.
    assert dissonant_pair_share([planes((0, 4, 60)), planes((0, 4, 74))]) == 1.0
    assert dissonant_pair_share([planes((0, 4, 60)), planes((0, 4, 60))]) == 0.0
    assert dissonant_pair_share([planes((0, 4, 60))]) is None


@pytest.mark.parametrize(("interval", "dissonant"), [*enumerate([0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1])])
def test_dissonant_intervals(interval: int, dissonant: int) -> None:
    for octave in (0, 12, 48):
        assert dissonant_pair_share([planes((0, 1, 20)), planes((0, 1, 20 + interval + octave))]) == dissonant


def test_polyphonic_steps_have_more_than_two_pitches() -> None:
    tracks = [planes((0, 16, 60)), planes((0, 8, 64)), planes((0, 4, 67)), planes((4, 4, 64))]
    assert polyphonic_rate(tracks) == 4 / 16


def test_tonal_distance_of_one_pitch_class_to_its_fifth_and_to_itself() -> None:
    tonic, octave, fifth = planes((0, 16, 60)), planes((0, 16, 36)), planes((0, 16, 67))
    assert tonal_distance(tonic, octave) == pytest.approx(0.0, abs=1e-12)
    # Angles between C and G: 7 * 210 = 30 degrees (fifths), 90 (minor thirds), 120 (major thirds); radii 1, 1, 1/2.
    chords = [2 * radius * math.sin(math.radians(angle) / 2) for radius, angle in ((1, 30), (1, 90), (0.5, 120))]
    assert tonal_distance(tonic, fifth) == pytest.approx(math.hypot(*chords))
    assert tonal_distance(tonic, planes()) is None
    # The second half of the bar is silent in one of them and is left out.
    assert tonal_distance(planes((0, 8, 60)), planes((0, 8, 60), (8, 8, 61))) == pytest.approx(0.0, abs=1e-12)


def test_groove_of_neighboring_bars() -> None:
    same = planes((0, 4, 60), (4, 12, 62), (16, 4, 65), (20, 12, 60), bars=2)
    assert groove_consistency(same) == 1.0
    # The second bar has one onset more, so one step of sixteen differs.
    assert groove_consistency(planes((0, 16, 60), (16, 4, 60), (20, 12, 60), bars=2)) == 15 / 16
    assert groove_consistency(planes((0, 4, 60))) is None


def test_a_composition_measures_its_accompaniment() -> None:
    melody = planes((0, 16, 72), (16, 16, 74), bars=2)
    alto = planes((0, 16, 64), bars=2)
    bass = planes((0, 16, 48), (16, 16, 50), bars=2)
    metrics = measure_composition(melody, [alto, bass])
    assert metrics["emptyBarRate"] == 0.25
    assert metrics["pitchesUsed"] == 0.75
    assert metrics["polyphonicRate"] == 0.5
    assert metrics["dissonantPairShare"] == 0.0
    assert metrics["qualifiedNoteRate"] == 1.0
    assert metrics["scaleConsistency"] == 1.0


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.floats(0, 0.3))
def test_metrics_are_finite_and_in_their_ranges_for_any_music(seed: int, bars: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    tracks = [rng.random((2, bars * 16, 128)) < density for _ in range(3)]
    metrics = measure_composition(tracks[0], tracks[1:])
    assert all(math.isfinite(value) for value in metrics.values())
    for name in ("emptyBarRate", "dissonantPairShare", "qualifiedNoteRate", "scaleConsistency", "polyphonicRate"):
        assert 0 <= metrics[name] <= 1
    assert ("grooveConsistency" in metrics) == (bars > 1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 11))
def test_transposition_changes_no_metric(seed: int, shift: int) -> None:
    rng = np.random.default_rng(seed)
    tracks = [np.zeros((2, 32, 128), dtype=np.bool_) for _ in range(3)]
    for track in tracks:
        track[:, :, 40:90] = rng.random((2, 32, 50)) < 0.05
    moved = [np.roll(track, shift, axis=2) for track in tracks]
    assert measure_composition(moved[0], moved[1:]) == pytest.approx(measure_composition(tracks[0], tracks[1:]))


def test_means_leave_out_what_a_piece_does_not_have() -> None:
    assert mean_metrics([{"a": 1.0, "b": 2.0}, {"a": 3.0}]) == {"a": 2.0, "b": 2.0}
