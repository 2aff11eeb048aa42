"""The octave in which a melody is heard, and the floor below it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.melody_register import LOWEST_OF_ALL, LOWEST_PITCH, floor_below, octaves_to
from opencomposer_music.voice_leading import REST

TUNE = np.array([67, 67, 74, 74, 76, 76, 74, 74, REST, 72, 71, 71, 69, 69, 67, 67])


def test_a_tune_is_heard_in_the_octave_that_is_nearest() -> None:
    assert octaves_to(71, TUNE, 27, 90) == 0
    assert octaves_to(71, np.where(TUNE == REST, REST, TUNE - 24), 27, 90) == 24
    assert octaves_to(71, np.where(TUNE == REST, REST, TUNE + 12), 27, 90) == -12
    assert octaves_to(71, np.full(4, REST), 27, 90) == 0


@given(st.lists(st.integers(0, 127), min_size=1, max_size=20), st.integers(0, 80), st.integers(12, 47))
def test_the_median_is_heard_inside_the_window(pitches: list[int], lowest: int, width: int) -> None:
    shift = octaves_to(71, np.array(pitches), lowest, lowest + width)
    assert shift % 12 == 0
    assert lowest <= np.median(pitches) + shift <= lowest + width


@pytest.mark.parametrize(("lowest", "floor"), [(60, LOWEST_PITCH), (53, 36), (50, 33), (41, 24), (30, LOWEST_OF_ALL)])
def test_lines_go_lower_below_a_low_melody(lowest: int, floor: int) -> None:
    assert floor_below(np.array([lowest] * 4 + [REST] + [lowest + 12] * 4)) == floor


def test_lines_below_no_melody_have_the_usual_floor() -> None:
    assert floor_below(np.full(4, REST)) == LOWEST_PITCH
