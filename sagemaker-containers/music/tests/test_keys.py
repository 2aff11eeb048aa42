"""The key of a piece."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.keys import Key, find_key
from opencomposer_music.voice_lines import REST

C, A = 0, 9


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
