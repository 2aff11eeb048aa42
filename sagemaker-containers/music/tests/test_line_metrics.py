"""Phrases that close and dissonances that are leapt into, counted over windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.line_metrics import lines_of_music, measure_lines
from opencomposer_music.piano_roll import Note, Planes, notes_to_planes
from opencomposer_music.voice_lines import REST, VoiceLines
from opencomposer_testing.quarters import quarters

C_MAJOR = (72, 67, 64, 48)
D_MINOR = (69, 65, 62, 50)
G_MAJOR = (71, 67, 62, 55)


def chords(*columns: tuple[int, int, int, int]) -> VoiceLines:
    """Returns one quarter for each chord, soprano first."""
    return quarters(*(list(voice) for voice in zip(*columns, strict=True)))


def track(*pitches: int) -> Planes:
    """Returns one quarter for each pitch."""
    return notes_to_planes([Note(4 * index, 4, pitch) for index, pitch in enumerate(pitches)], 4 * len(pitches))


def test_phrases_are_counted_over_all_windows_together() -> None:
    # V-I at the end of the first window; ii in its middle; I-V at the end of the second, which has half a bar.
    first = (chords(C_MAJOR, D_MINOR, G_MAJOR, C_MAJOR), [4, 12])
    second = (chords(C_MAJOR, G_MAJOR), [4])
    assert measure_lines([first])["phrasesClosed"] == 0.5
    assert measure_lines([second])["phrasesClosed"] == 0
    assert measure_lines([first, second])["phrasesClosed"] == 1 / 3


def test_leaps_into_dissonances_are_counted_by_bar() -> None:
    # E, up to B, down to G, above C: one leap into a seventh in three quarters of a bar.
    leap = quarters([64, 71, 67], [48, 48, 48])
    step = quarters([64, 62, 60, 60, 60], [48] * 5)
    assert measure_lines([(leap, [])]) == {"leaptIntoDissonancesPerBar": pytest.approx(4 / 3)}
    assert measure_lines([(leap, []), (step, [])]) == {"leaptIntoDissonancesPerBar": 0.5}


def test_what_cannot_be_measured_is_absent() -> None:
    assert measure_lines([]) == {}
    assert measure_lines([(quarters([], []), [])]) == {}
    assert "phrasesClosed" not in measure_lines([(chords(G_MAJOR, C_MAJOR), [])])
    with pytest.raises(ValueError, match="step 3"):
        measure_lines([(chords(G_MAJOR, C_MAJOR), [3])])


def test_a_silent_accompaniment_closes_nothing() -> None:
    silent = quarters([71, 72], [REST, REST], [REST, REST], [REST, REST])
    assert measure_lines([(silent, [4])]) == {"phrasesClosed": 0, "leaptIntoDissonancesPerBar": 0}


def test_single_notes_are_lines_and_chords_are_split_by_register() -> None:
    melody, alto, bass = track(71, 72), track(62, 64), track(55, 48)
    apart = lines_of_music(melody, [alto, bass])
    assert apart.pitches[:, ::4].tolist() == [[71, 72], [62, 64], [55, 48]]
    # One voice alone stays one line, however far it leaps.
    assert lines_of_music(melody, [track(36, 67)]).pitches[:, ::4].tolist() == [[71, 72], [36, 67]]
    tenor = track(67, 67)
    for texture in ([alto | tenor | bass], [alto | tenor, bass]):
        together = lines_of_music(melody, texture)
        assert together.pitches[:, ::4].tolist() == [[71, 72], [67, 67], [62, 64], [55, 48]]
        assert measure_lines([(together, [4])])["phrasesClosed"] == 1


@given(
    st.lists(st.tuples(*[st.integers(40, 79) | st.just(REST)] * 4), min_size=4, max_size=8),
    st.integers(0, 3),
    st.integers(-9, 9),
)
def test_both_are_ratios_that_no_transposition_changes(
    columns: list[tuple[int, int, int, int]], end: int, shift: int
) -> None:
    lines = chords(*columns)
    ends = [4 * end] if lines.melody[4 * end] != REST else []
    measured = measure_lines([(lines, ends)])
    assert measured == measure_lines([(lines.transposed(shift), ends)])
    assert measured == pytest.approx(measure_lines([(lines, ends)] * 3))
    assert 0 <= measured.get("phrasesClosed", 0) <= 1
    assert measured["leaptIntoDissonancesPerBar"] >= 0
    assert np.isfinite(list(measured.values())).all()
