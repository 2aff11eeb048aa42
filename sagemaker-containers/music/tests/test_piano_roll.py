"""The codec loses nothing, and folding keeps a line inside the model's window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import (
    ONSET,
    Note,
    fold_into_range,
    is_monophonic,
    notes_to_planes,
    planes_to_notes,
    transposed,
)

STEPS = 64


@st.composite
def textures(draw: st.DrawFn) -> list[Note]:
    """Draws any notes of which none overlaps another of its own pitch; touching ones (repeated notes) are likely."""
    notes: list[Note] = []
    for pitch in draw(st.sets(st.integers(0, 127), max_size=6)):
        step = 0
        while True:
            step += draw(st.integers(0, 3))
            duration = draw(st.integers(1, 8))
            if step + duration > STEPS or draw(st.integers(0, 9)) == 0:
                break
            notes.append(Note(step, duration, pitch))
            step += duration
    return sorted(notes)


@given(textures())
def test_notes_survive_the_round_trip_exactly(notes: list[Note]) -> None:
    assert sorted(planes_to_notes(notes_to_planes(notes, STEPS))) == notes


@given(textures(), st.integers(0, STEPS))
def test_planes_survive_the_round_trip_exactly(notes: list[Note], cut: int) -> None:
    planes = notes_to_planes(notes, cut)
    assert np.array_equal(notes_to_planes(planes_to_notes(planes), cut), planes)


def test_a_repeated_note_is_two_notes_and_a_held_one_is_one() -> None:
    repeated = [Note(0, 4, 60), Note(4, 4, 60)]
    held = [Note(0, 8, 60)]
    assert planes_to_notes(notes_to_planes(repeated, 8)) == repeated
    assert planes_to_notes(notes_to_planes(held, 8)) == held


def test_an_onset_cuts_the_note_that_still_sounds() -> None:
    assert planes_to_notes(notes_to_planes([Note(0, 8, 60), Note(2, 2, 60)], 8)) == [Note(0, 2, 60), Note(2, 6, 60)]


def test_a_pitch_that_sounds_without_an_onset_is_a_note_and_an_onset_without_sound_is_none() -> None:
    planes = notes_to_planes([Note(2, 3, 60)], 8)
    planes[ONSET] = False
    planes[ONSET, 6, 50] = True
    assert planes_to_notes(planes) == [Note(2, 3, 60)]


@pytest.mark.parametrize("note", [Note(-1, 1, 60), Note(0, 0, 60), Note(0, 1, 128), Note(0, 1, -1)])
def test_a_note_that_no_grid_can_hold_is_refused(note: Note) -> None:
    with pytest.raises(ValueError, match="a note needs onset >= 0"):
        notes_to_planes([note], 4)


def test_monophonic_means_that_notes_may_touch_but_not_overlap() -> None:
    assert is_monophonic([Note(4, 4, 60), Note(0, 4, 62)])
    assert not is_monophonic([Note(0, 5, 60), Note(4, 4, 62)])
    assert is_monophonic([])


@given(st.lists(st.integers(0, 127), min_size=1, max_size=20), st.integers(0, 100), st.integers(12, 27))
def test_folding_keeps_pitch_classes_rhythm_and_the_window(pitches: list[int], lowest: int, width: int) -> None:
    notes = [Note(index, 1, pitch) for index, pitch in enumerate(pitches)]
    folded = fold_into_range(notes, lowest, lowest + width)
    assert [note.onset for note in folded] == [note.onset for note in notes]
    assert [note.pitch % 12 for note in folded] == [pitch % 12 for pitch in pitches]
    assert all(lowest <= note.pitch <= lowest + width for note in folded)


def test_folding_leaves_a_line_inside_the_window_alone_and_moves_others_as_a_whole() -> None:
    line = [Note(0, 4, 60), Note(4, 4, 64), Note(8, 4, 67)]
    assert fold_into_range(line, 48, 84) == line
    high = [note._replace(pitch=note.pitch + 36) for note in line]
    assert [note.pitch for note in fold_into_range(high, 48, 84)] == [72, 76, 79]
    assert fold_into_range([], 48, 84) == []


@given(textures(), st.integers(-127, 127))
def test_transposed_planes_are_those_of_transposed_notes(notes: list[Note], semitones: int) -> None:
    moved = [note._replace(pitch=note.pitch + semitones) for note in notes]
    kept = [note for note in moved if 0 <= note.pitch <= 127]
    expected = notes_to_planes(kept, STEPS)
    assert (transposed(notes_to_planes(notes, STEPS), semitones, np.False_) == expected).all()
