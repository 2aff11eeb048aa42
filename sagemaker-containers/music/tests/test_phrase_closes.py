"""How phrases end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.cadences import (
    CLOSES,
    Close,
    count_closes,
    ends_in_root_position,
    moves_under_last_note,
    phrase_close,
    resting_chord,
)
from opencomposer_music.chords import Chord
from opencomposer_music.voice_lines import REST, VoiceLines
from opencomposer_testing.quarters import quarters

C, D, F, G, A = 0, 2, 5, 7, 9


def chords(*columns: tuple[int, int, int, int]) -> VoiceLines:
    """Returns one quarter for each chord, soprano first."""
    return quarters(*(list(voice) for voice in zip(*columns, strict=True)))


C_MAJOR = (72, 67, 64, 48)
C_OVER_E = (72, 67, 60, 52)
F_MAJOR = (72, 69, 65, 53)
G_MAJOR = (71, 67, 62, 55)
G_SEVENTH = (71, 65, 62, 55)
D_MINOR = (69, 65, 62, 50)
B_DIMINISHED = (71, 65, 62, 59)
A_MINOR = (72, 69, 64, 57)
E_MAJOR = (71, 68, 64, 52)


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        (G_MAJOR, C_MAJOR, "closed"),
        (G_SEVENTH, C_MAJOR, "closed"),
        (B_DIMINISHED, C_MAJOR, "closed"),
        (E_MAJOR, A_MINOR, "closed"),
        (G_MAJOR, A_MINOR, "half"),  # Deceptive: the root goes up by a step.
        (C_MAJOR, G_MAJOR, "half"),
        (F_MAJOR, C_MAJOR, "half"),  # Plagal.
        (F_MAJOR, G_MAJOR, "half"),
        (D_MINOR, G_MAJOR, "half"),  # A minor chord is no dominant.
        (A_MINOR, C_MAJOR, "otherTriad"),
        (C_MAJOR, C_MAJOR, "otherTriad"),  # No other chord comes before.
        (G_MAJOR, C_OVER_E, "open"),
        (C_MAJOR, (74, 72, 67, 55), "open"),  # A suspension that never resolves.
    ],
)
def test_closes_by_hand(before: tuple[int, int, int, int], last: tuple[int, int, int, int], expected: Close) -> None:
    lines = chords(before, last)
    assert phrase_close(lines, 4) == expected
    counts = count_closes(lines, [4])
    assert [counts[close] for close in CLOSES] == [close == expected for close in CLOSES]
    assert counts["phrases"] == 1


def test_a_suspension_may_resolve_under_the_last_note() -> None:
    # Soprano and bass hold C for a half note, while the alto's F goes on to E.
    lines = quarters([71, 72, 72], [67, 65, 64], [62, 67, 67], [55, 48, 48])
    lines.onsets[[0, 2, 3], 8] = False
    assert phrase_close(lines, 4) == "closed"
    assert ends_in_root_position(lines)
    assert moves_under_last_note(lines)


def test_a_phrase_ends_with_a_melody_note() -> None:
    with pytest.raises(ValueError, match="the melody note at step 5, but none starts there"):
        phrase_close(chords(G_MAJOR, C_MAJOR), 5)


def test_a_chord_to_rest_on_is_a_triad_on_its_root_with_or_without_its_fifth() -> None:
    assert resting_chord(C_MAJOR) == Chord(C, "major", C)
    assert resting_chord((48, 60, 64)) == Chord(C, "major", C)
    assert resting_chord((57, 60, 69)) == Chord(A, "minor", A)
    assert resting_chord(C_OVER_E) is resting_chord(G_SEVENTH) is resting_chord((48, 55)) is resting_chord(()) is None


def test_the_end_of_a_piece() -> None:
    assert ends_in_root_position(chords(G_MAJOR, C_MAJOR))
    assert ends_in_root_position(chords(G_MAJOR, (72, 60, 60, 48)))  # The bare root.
    assert not ends_in_root_position(chords(G_MAJOR, C_OVER_E))
    assert not ends_in_root_position(chords((REST,) * 4))
    assert not moves_under_last_note(chords(G_MAJOR, C_MAJOR))
    assert moves_under_last_note(quarters([71, REST], [67, 65], [62, 62], [55, 55]))


@given(st.lists(st.tuples(*[st.integers(40, 79)] * 4), min_size=2, max_size=6), st.integers(-9, 9))
def test_no_transposition_changes_a_close(columns: list[tuple[int, int, int, int]], shift: int) -> None:
    lines = chords(*columns)
    ends = [4 * (len(columns) - 1)]
    assert count_closes(lines, ends) == count_closes(lines.transposed(shift), ends)
    assert ends_in_root_position(lines) == ends_in_root_position(lines.transposed(shift))
