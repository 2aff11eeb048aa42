"""The counts of music that is looked at as one texture."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.accompaniment_view import AS_TEXTURE
from opencomposer_evaluation.boundary_discontinuity import EIGHT_BAR_WINDOWS, TWO_BAR_WINDOWS, measure_bar_lines
from opencomposer_evaluation.texture_metrics import COUNTED_ELSEWHERE
from opencomposer_evaluation.window_metrics import gather_totals
from opencomposer_music.piano_roll import SOUNDING, Note, notes_to_planes
from opencomposer_music.voice_lines import REST
from opencomposer_testing.tiny_music import random_piece

MELODY = notes_to_planes([Note(0, 32, 72)], 32)


def test_what_the_melody_sounds_is_not_heard_beside_it() -> None:
    alto = notes_to_planes([Note(0, 16, 72), Note(16, 16, 67)], 32)
    bass = notes_to_planes([Note(0, 32, 48)], 32)
    (heard,) = AS_TEXTURE.heard(MELODY, [alto, bass])
    assert not heard[:, :, 72].any()
    assert heard[SOUNDING].sum() == 16 + 32
    composer = random_piece(0, 2).planes
    (own,) = AS_TEXTURE.composer(composer)
    assert ((own | composer[0])[SOUNDING] == composer[:, SOUNDING].any(axis=0)).all()


def test_metrics_of_a_texture_by_hand() -> None:
    # The music has eight steps of four pitches, eight of five and sixteen of two: C - E - G - C, and a D among them.
    notes = [Note(0, 16, 48), Note(0, 16, 64), Note(0, 16, 67), Note(8, 8, 62), Note(16, 16, 55)]
    totals = gather_totals([AS_TEXTURE.measure(MELODY, [notes_to_planes(notes, 32)])])
    with np.errstate(invalid="ignore"):
        found = {name: float(value(totals)[0]) for name, value in AS_TEXTURE.statistics(1).items()}
    assert found["fourVoiceShare"] == 8 / 32
    assert found["overFourVoicesShare"] == 8 / 32
    assert found["soundingPitches"] == (8 * 4 + 8 * 5 + 16 * 2) / 32
    assert found["onsetsPerStep"] == 6 / 32
    assert found["qualifiedNoteRate"] == 1
    # D is dissonant with the two Cs and E, not with G: of 6 pairs for 8 steps, 10 for 8, 1 for 16.
    assert found["dissonantPairShare"] == pytest.approx(8 * 3 / (8 * 6 + 8 * 10 + 16))
    # Onsets at 0 and 8 in the first bar, at 0 in the second: one of 16 steps differs.
    assert found["grooveConsistency"] == pytest.approx(1 - 1 / 16)
    # Counts that only a network knows are NaN for other music.
    assert np.isnan([found["melodyKeptShare"], found["passes"], found["copiedWindowShare"]]).all()
    assert {f"{name}.of" for name in COUNTED_ELSEWHERE} <= totals.keys()


def test_lines_are_the_highest_the_second_and_the_lowest_pitch() -> None:
    track = notes_to_planes([Note(0, 1, 60), Note(0, 2, 64), Note(0, 3, 67), Note(0, 1, 72), Note(4, 1, 50)], 5)
    assert AS_TEXTURE.lines([track]).T.tolist() == [
        [72, 67, 60],
        [67, 64, REST],
        [67, REST, REST],
        [REST, REST, REST],
        [50, REST, REST],
    ]


def test_bar_lines_of_eight_bar_windows() -> None:
    assert [EIGHT_BAR_WINDOWS.kind_of(bar) for bar in (8, 4, 12, 16, 2, 9)] == [0, 1, 1, 0, 2, 2]
    assert EIGHT_BAR_WINDOWS.others == (1, 2)
    assert TWO_BAR_WINDOWS.others == (2,)
    steps = 20 * 16
    jump = [Note(0, 128, 50), Note(128, steps - 128, 66)]
    counts = measure_bar_lines(
        notes_to_planes([Note(0, steps, 74)], steps), [notes_to_planes(jump, steps)], EIGHT_BAR_WINDOWS, AS_TEXTURE
    )
    assert (counts["leap/0"], counts["leap/1"], counts["leap/2"]) == (16, 0, 0)
    assert counts["changedVoices/0"] == 1
