"""Parallel fifths and octaves, from step to step and from beat to beat."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_evaluation.parallels import beat_parallels, parallels
from opencomposer_music.voice_lines import REST


def test_parallels_by_hand() -> None:
    # C-G to D-A is a parallel fifth. Similar motion to an octave on E is not parallel. Both up a tone is a parallel
    # octave.
    low = [60, 62, 64, 66, 66, REST, 60]
    high = [67, 69, 76, 78, 78, 80, 72]
    assert parallels(np.array([low, high])) == {"similarMotion": 3, "fifths": 1, "octaves": 1}
    # A voice that stays does not move, and motion in opposite directions does not count.
    assert parallels(np.array([[60, 60, 59], [67, 67, 68]])) == {"similarMotion": 0, "fifths": 0, "octaves": 0}


def test_a_passing_note_does_not_hide_a_parallel_from_beat_to_beat() -> None:
    # C-G on the first beat, D-A on the second; the upper voice passes through B, so no step has a parallel.
    low = [60] * 4 + [62] * 4
    high = [67, 67, 71, 71] + [69] * 4
    assert parallels(np.array([low, high])) == {"similarMotion": 0, "fifths": 0, "octaves": 0}
    assert beat_parallels(np.array([low, high])) == {"similarMotion": 1, "fifths": 1, "octaves": 0}


def test_what_lies_between_beats_is_no_parallel_from_beat_to_beat() -> None:
    low = [60, 60, 62, 62] + [60] * 4
    high = [67, 67, 69, 69] + [67] * 4
    assert parallels(np.array([low, high]))["fifths"] == 2
    assert beat_parallels(np.array([low, high]))["fifths"] == 0


@given(
    st.lists(st.lists(st.integers(36, 84) | st.just(REST), min_size=12, max_size=12), min_size=2, max_size=4),
    st.integers(-20, 20),
)
def test_no_transposition_and_no_order_of_voices_changes_the_counts(voices: list[list[int]], shift: int) -> None:
    lines = np.array(voices)
    moved = np.where(lines == REST, REST, lines + shift)
    assert parallels(moved) == parallels(lines) == parallels(lines[::-1])
    assert beat_parallels(moved) == beat_parallels(lines)
