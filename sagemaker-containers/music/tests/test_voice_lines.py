"""Music as four lines: from a track for each voice, and from one track whose notes belong to no voice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_music.voice_lines import (
    REST,
    LineNote,
    as_voices,
    lines_from_pitches,
    lines_of_tracks,
    lower_lines,
    split_by_register,
)


def planes(*notes: tuple[int, int, int], steps: int = 16) -> Planes:
    return notes_to_planes([Note(*note) for note in notes], steps)


def test_a_line_knows_its_notes_its_repeats_and_its_rests() -> None:
    lines = lines_of_tracks([planes((0, 4, 60), (4, 2, 60), (8, 8, 64))])
    assert lines.notes(0) == [LineNote(0, 4, 60), LineNote(4, 2, 60), LineNote(8, 8, 64)]
    assert list(lines.pitches[0]) == [60] * 6 + [REST] * 2 + [64] * 8
    assert lines.bars == 1
    assert lines.cut(2, 12).notes(0) == [LineNote(0, 2, 60), LineNote(2, 2, 60), LineNote(6, 4, 64)]


def test_a_track_for_each_voice_stays_as_it_is_even_where_voices_cross() -> None:
    lines = as_voices(planes((0, 16, 72)), [planes((0, 16, 55)), planes((0, 16, 59)), planes((0, 16, 43))])
    assert list(lines.pitches[:, 0]) == [72, 55, 59, 43]


def test_one_track_is_split_by_register_without_what_doubles_the_melody() -> None:
    texture = planes((0, 16, 72), (0, 16, 67), (0, 8, 60), (0, 16, 48))
    lines = as_voices(planes((0, 16, 72)), [texture])
    assert lines.notes(1) == [LineNote(0, 16, 67)]
    assert lines.notes(2) == [LineNote(0, 8, 60)]
    # When the tenor falls silent, alto and bass stay alto and bass.
    assert lines.notes(3) == [LineNote(0, 16, 48)]


def test_of_more_than_three_pitches_the_highest_the_second_and_the_lowest_are_lines() -> None:
    lines = split_by_register(planes((0, 4, 76), (0, 4, 67), (0, 4, 60), (0, 4, 48), steps=4))
    assert list(lines.pitches[:, 0]) == [76, 67, 48]


@given(
    st.lists(
        st.tuples(st.integers(62, 76), st.integers(52, 61), st.integers(36, 51), st.integers(1, 6)),
        min_size=1,
        max_size=8,
    )
)
def test_lines_that_never_cross_and_never_meet_come_back(chords: list[tuple[int, int, int, int]]) -> None:
    steps = sum(length for *_, length in chords)
    tracks: list[list[Note]] = [[], [], []]
    onset = 0
    for *pitches, length in chords:
        for track, pitch in zip(tracks, pitches, strict=True):
            track.append(Note(onset, length, pitch))
        onset += length
    voices = [notes_to_planes(track, steps) for track in tracks]
    apart, merged = lines_of_tracks(voices), split_by_register(np.asarray(np.any(voices, axis=0)))
    assert np.array_equal(apart.pitches, merged.pitches)
    assert np.array_equal(apart.onsets, merged.onsets)


@pytest.mark.parametrize("shift", [-12, 5])
def test_transposed_lines_keep_their_rests(shift: int) -> None:
    lines = lines_from_pitches(np.array([[60, REST, 62]])).transposed(shift)
    assert list(lines.pitches[0]) == [60 + shift, REST, 62 + shift]


def test_a_bass_alone_stays_one_line_and_the_silent_ones_are_kept() -> None:
    """A very low tune may leave room for a bass that leaps over all registers. It must not be heard as three lines."""
    tune = planes((0, 16, 72))
    bass = planes((0, 4, 36), (4, 4, 60), (8, 8, 67))
    lines = as_voices(tune, lower_lines({"Bass": bass}, tune))
    assert lines.voices == 4
    assert lines.pitches[1:3].tolist() == [[REST] * 16] * 2
    assert lines.bass.tolist() == [36] * 4 + [60] * 4 + [67] * 8


def test_lines_are_put_in_their_order_and_other_tracks_stay_as_they_are() -> None:
    tune = planes((0, 16, 72))
    pitches = (("Bass", 40), ("Baritone", 45), ("Alto", 65))
    by_name = {name: planes((0, 16, pitch)) for name, pitch in pitches}
    assert lines_of_tracks(lower_lines(by_name, tune)).pitches[:, 0].tolist() == [65, REST, 45, 40]
    piano = {"Piano": by_name["Bass"], "Bass": by_name["Alto"]}
    assert lower_lines(piano, tune) == list(piano.values())
    assert not np.any(lower_lines({}, tune))
