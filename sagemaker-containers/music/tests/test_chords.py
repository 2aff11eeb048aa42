"""Chords by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.chords import SEVENTHS, TRIADS, Chord, chord_of

C, D, F, G, B = 0, 2, 5, 7, 11


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
