"""Where the phrases of a melody end, by the rule that U-Net GAN and AR-CNN use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.phrase_ends import (
    derive_phrase_end_steps,
    derive_phrase_ends,
    phrase_end_steps,
    with_phrase_ends,
)
from opencomposer_music.piano_roll import PITCHES, STEPS_PER_BAR, Note, Planes, notes_to_planes


def planes_of(*notes: tuple[int, int, int], bars: int | None = None) -> Planes:
    end = max((onset + duration for onset, duration, _ in notes), default=0)
    length = -(-end // STEPS_PER_BAR) if bars is None else bars
    return notes_to_planes([Note(*note) for note in notes], length * STEPS_PER_BAR)


def melody(*durations: int, start: int = 0) -> Planes:
    """Returns a melody of these durations in sixteenths, one after the other; negative ones are rests."""
    notes: list[tuple[int, int, int]] = []
    onset = start
    for duration in durations:
        if duration > 0:
            notes.append((onset, duration, 60 + len(notes) % 5))
        onset += abs(duration)
    return planes_of(*notes)


TWINKLE = (4, 4, 4, 4, 4, 4, 8) * 4


def test_long_notes_end_the_phrases_of_a_nursery_tune() -> None:
    assert derive_phrase_ends(melody(*TWINKLE)) == [24, 56, 88, 120]


def test_phrases_with_an_upbeat_leave_room_for_the_next_upbeat() -> None:
    # Each phrase has seven quarters after its upbeat and ends on the third beat; no note is longer than another.
    assert derive_phrase_ends(melody(*[4] * 24, start=12)) == [40, 72, 104]


def test_a_rest_ends_a_phrase_and_short_ones_between_all_notes_do_not() -> None:
    assert derive_phrase_ends(melody(4, 4, 4, 4, 4, 4, 4, -4, 4, 4, 4, 4, 4, 4, 8)) == [24, 56]
    detached = [2, -2] * 32
    assert derive_phrase_ends(melody(*detached)) == derive_phrase_ends(melody(*[4] * 32))


def test_the_only_note_ends_the_only_phrase_and_silence_has_none() -> None:
    assert derive_phrase_ends(planes_of((5, 3, 60), bars=2)) == [5]
    assert derive_phrase_ends(planes_of(bars=4)) == []
    assert not derive_phrase_end_steps(planes_of(bars=4)).any()


def test_only_the_highest_voice_counts() -> None:
    tune = melody(*TWINKLE)
    bass = planes_of(*((onset, 16, 36) for onset in range(0, 128, 16)))
    assert derive_phrase_ends(tune | bass) == derive_phrase_ends(tune)


def test_marked_are_the_steps_at_which_the_ending_notes_sound() -> None:
    tune = planes_of((0, 4, 60), (4, 6, 62), (12, 4, 62), (16, 8, 64), bars=2)
    assert np.flatnonzero(phrase_end_steps(tune, [4, 16])).tolist() == [*range(4, 10), *range(16, 24)]
    assert not phrase_end_steps(tune, []).any()


def test_the_plane_is_set_at_every_pitch_of_the_marked_steps() -> None:
    marked = np.arange(16) >= 12
    planes = with_phrase_ends(np.zeros((2, 16, PITCHES), dtype=np.bool_), marked)
    assert planes.shape == (3, 16, PITCHES)
    assert not planes[:2].any() and not planes[2, :12].any() and planes[2, 12:].all()


@st.composite
def tunes(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    onset, notes = draw(st.integers(0, 20)), []
    for _ in range(draw(st.integers(1, 40))):
        duration = draw(st.integers(1, 16))
        notes.append((onset, duration, draw(st.integers(20, 100))))
        onset += duration + draw(st.sampled_from([0, 0, 1, 4]))
    return notes


@given(tunes(), st.integers(-12, 12), st.integers(1, 8))
def test_phrases_end_with_notes_also_in_another_key_and_in_another_bar(
    notes: list[tuple[int, int, int]], semitones: int, bars: int
) -> None:
    ends = derive_phrase_ends(planes_of(*notes))
    assert ends == sorted(set(ends)) and set(ends) <= {onset for onset, _, _ in notes}
    assert ends[-1] == notes[-1][0]
    moved = [(onset + bars * STEPS_PER_BAR, duration, pitch + semitones) for onset, duration, pitch in notes]
    assert derive_phrase_ends(planes_of(*moved)) == [end + bars * STEPS_PER_BAR for end in ends]


@pytest.mark.parametrize("step", [1, 3])
def test_a_tune_that_never_meets_a_beat_still_gets_its_last_end(step: int) -> None:
    assert derive_phrase_ends(planes_of(*((step + 5 * i, 5, 60) for i in range(9))))[-1] == step + 40
