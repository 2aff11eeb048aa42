"""Dissonances: prepared, passed through, leapt into, left by leap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.dissonances import count_dissonances
from opencomposer_music.voice_lines import REST
from opencomposer_testing.quarters import quarters


def counts(dissonances: int, leapt_into: int = 0, left: int = 0, left_by_leap: int = 0) -> dict[str, int]:
    return {"dissonances": dissonances, "leaptInto": leapt_into, "left": left, "leftByLeap": left_by_leap}


def test_a_passing_note_is_a_dissonance_that_is_left_by_step() -> None:
    # E D C above C: D is a second above it.
    assert count_dissonances(quarters([64, 62, 60], [48, 48, 48])) == counts(1, left=1)


def test_a_leap_into_a_seventh_and_out_of_it() -> None:
    # E, up to B, down to G, above C: the seventh is leapt into and left by leap.
    assert count_dissonances(quarters([64, 71, 67], [48, 48, 48])) == counts(1, leapt_into=1, left=1, left_by_leap=1)


def test_a_suspension_is_entered_by_the_other_line_and_resolves_by_step() -> None:
    # The bass steps from D to C under a held D; the D goes on to C. Neither line leaps.
    assert count_dissonances(quarters([62, 62, 60], [50, 48, 48])) == counts(1, left=1)
    # When the bass leaps away instead, the line that is left did not move: that is by leap.
    assert count_dissonances(quarters([62, 62, 62], [50, 48, 55])) == counts(1, left=1, left_by_leap=1)


def test_where_both_lines_move_one_step_is_enough_to_leave_well() -> None:
    assert count_dissonances(quarters([62, 60], [48, 57])) == counts(1, left=1)
    assert count_dissonances(quarters([62, 67], [48, 57])) == counts(1 + 1, leapt_into=1, left=1, left_by_leap=1)


def test_a_repeated_note_continues_a_dissonance_and_a_rest_ends_it_without_a_move() -> None:
    assert count_dissonances(quarters([62, 62, REST], [48, 48, 48])) == counts(1)


def test_consonances_and_tritones_do_not_count() -> None:
    assert count_dissonances(quarters([72, 71, 67], [48, 53, 52])) == counts(0)


@given(st.lists(st.tuples(*[st.integers(40, 79) | st.just(REST)] * 3), min_size=2, max_size=8), st.integers(-9, 9))
def test_no_transposition_and_no_octave_apart_changes_the_counts(
    columns: list[tuple[int, int, int]], shift: int
) -> None:
    lines = quarters(*(list(voice) for voice in zip(*columns, strict=True)))
    found = count_dissonances(lines)
    assert found == count_dissonances(lines.transposed(shift))
    assert found["leftByLeap"] <= found["left"] <= found["dissonances"] >= found["leaptInto"]
    lower = quarters(
        *(
            [pitch if pitch == REST or voice else pitch + 24 for pitch in line[::4]]
            for voice, line in enumerate(lines.pitches.tolist())
        )
    )
    assert found == count_dissonances(lower)
