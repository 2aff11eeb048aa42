"""Chords by name, and the key of a piece."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.chords import SEVENTHS, TRIADS, Chord, chord_of
from opencomposer_evaluation.corpus import REST
from opencomposer_music.keys import Key, find_key

C, D, F, G, A, B = 0, 2, 5, 7, 9, 11


@pytest.mark.parametrize(
    ("pitches", "expected"),
    [
        ((48, 55, 64, 72), Chord(C, "major", C)),
        ((52, 55, 60, 72), Chord(C, "major", 4)),  # C major above E, its first inversion.
        ((43, 53, 59, 62), Chord(G, "dominant seventh", G)),
        ((43, 53, 59, 67), Chord(G, "dominant seventh", G)),  # The fifth is left out.
        ((50, 53, 57, 60), Chord(D, "minor seventh", D)),
        ((53, 60, 65, 69, 74), Chord(D, "minor seventh", F)),  # The same chord above F: no F major with a sixth.
        ((48, 52, 56), Chord(C, "augmented", C)),
        ((59, 62, 65, 68), Chord(B, "diminished seventh", B)),
        ((48, 55, 60), None),  # An empty fifth.
        ((48, 53, 55), None),  # A suspension.
        ((), None),
    ],
)
def test_chords_by_hand(pitches: tuple[int, ...], expected: Chord | None) -> None:
    assert chord_of(pitches) == expected


@given(
    st.sampled_from([*TRIADS.values(), *SEVENTHS.values()]),
    st.integers(36, 60),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.integers(-12, 12),
)
def test_no_octave_of_a_tone_and_no_transposition_changes_the_quality(
    tones: tuple[int, ...], root: int, octaves: list[int], shift: int
) -> None:
    chord = chord_of([root, *(root + tone + 12 * octave for tone, octave in zip(tones, octaves, strict=False))])
    assert chord is not None
    assert (chord.root, chord.in_root_position) == (root % 12, True)
    moved = chord_of([root + shift, *(root + shift + tone for tone in tones)])
    assert moved is not None
    assert (moved.quality, moved.root) == (chord.quality, (root + shift) % 12)


def test_keys_by_hand() -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    assert find_key(np.array([[*scale, 67, 64, 60, REST]])) == Key(C, "major")
    assert find_key(np.array([[57, 59, 60, 62, 64, 65, 68, 69, 57, 60, 64]])) == Key(A, "minor")
    assert find_key(np.array([[REST, REST]])) == Key(C, "major")


@given(st.lists(st.integers(48, 72), min_size=8, max_size=30), st.integers(1, 11))
def test_a_transposed_piece_is_in_the_transposed_key(pitches: list[int], shift: int) -> None:
    line = np.array([pitches])
    shares = np.bincount(line[0] % 12, minlength=12)
    if len(set(shares)) < 4:  # So even a distribution fits several keys alike.
        return
    key, moved = find_key(line), find_key(line + shift)
    assert moved == Key((key.tonic + shift) % 12, key.mode)


def test_pitches_are_written_as_musicians_write_them() -> None:
    c_major, a_minor = Key(C, "major"), Key(A, "minor")
    # F sharp is a raised fourth, B flat a lowered seventh; G sharp in A minor is the seventh degree.
    assert [c_major.staff_position(pitch) - 35 for pitch in (60, 66, 70, 72)] == [0, 3, 6, 7]
    assert a_minor.staff_position(68) == a_minor.staff_position(69) - 1
