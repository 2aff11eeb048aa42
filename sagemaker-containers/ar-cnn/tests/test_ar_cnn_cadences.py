"""What speaks for a close where a phrase ends, by hand in two beats."""

from __future__ import annotations

import numpy as np
from opencomposer_ar_cnn.cadences import LastNote, cadence_scores, phrase_last_notes
from opencomposer_ar_cnn.editable_piece import EditablePiece, EditLimits, editable_piece
from opencomposer_ar_cnn.sampling_settings import sampling_settings
from opencomposer_music.piano_roll import Note, notes_to_planes
from opencomposer_music.voice_leading import REST, Line

ENDS = np.arange(16) >= 4


def piece(*notes: Note) -> EditablePiece:
    """Returns a bar whose phrase ends with the note at step 4."""
    return editable_piece(
        notes_to_planes(notes, 16), sampling_settings({}), EditLimits(27, 90, 0.98, 4), phrase_ends=ENDS
    )


def line(before: int, after: int) -> Line:
    return np.array([before] * 4 + [after] * 12, dtype=np.int64)


CADENCE = piece(Note(0, 4, 71), Note(4, 12, 72))
"""B and C, as sopranos close in C major."""
LAST = [LastNote(4, 16)]
ALTO, TENOR, BASS = line(67, 67), line(62, 64), line(55, 60)


def classes(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]], step: int) -> set[int]:
    return {int(pitch) % 12 for pitch in np.flatnonzero(scores[step])}


def test_the_phrase_ends_with_its_last_note() -> None:
    assert phrase_last_notes(CADENCE) == LAST


def test_the_bass_gets_the_root_under_the_last_note_and_its_dominant_before() -> None:
    scores = cadence_scores(CADENCE, LAST, [ALTO, TENOR], bass=BASS, is_bass=True)
    # C, G and E are a triad on C only.
    assert classes(scores, 4) == classes(scores, 15) == {0}
    assert classes(scores, 2) == classes(scores, 3) == {7}
    assert classes(scores, 1) == set()


def test_the_others_get_the_tones_of_both_chords() -> None:
    scores = cadence_scores(CADENCE, LAST, [ALTO, BASS], bass=BASS, is_bass=False)
    # C and G are given, so either third makes a triad.
    assert classes(scores, 4) == {0, 3, 4, 7}
    assert classes(scores, 3) == {7, 11, 2, 5}


def test_a_melody_that_allows_no_dominant_gets_none() -> None:
    other = piece(Note(0, 4, 69), Note(4, 12, 72))
    scores = cadence_scores(other, LAST, [ALTO, TENOR], bass=BASS, is_bass=True)
    assert classes(scores, 3) == set()
    assert classes(scores, 4) == {0}


def test_without_a_bass_only_the_last_chord_of_the_bass_itself_counts() -> None:
    silent = np.full(16, REST)
    assert not cadence_scores(CADENCE, LAST, [ALTO], bass=silent, is_bass=False).any()
    scores = cadence_scores(CADENCE, LAST, [ALTO, TENOR], bass=silent, is_bass=True)
    assert classes(scores, 4) == {0}
    assert classes(scores, 3) == set()


def test_a_note_that_starts_late_ends_no_phrase_that_began_before() -> None:
    held = piece(Note(0, 8, 71), Note(8, 8, 72))
    assert phrase_last_notes(held) == [LastNote(8, 16)]


def test_a_last_note_ends_where_the_next_begins_or_the_mark_ends() -> None:
    repeated = piece(Note(0, 4, 71), Note(4, 6, 72), Note(12, 4, 72))
    assert phrase_last_notes(repeated) == [LastNote(4, 10), LastNote(12, 16)]
    assert phrase_last_notes(piece(Note(4, 4, 72), Note(8, 8, 74))) == [LastNote(4, 8), LastNote(8, 16)]
