"""The counts of a window: parallels, repeated notes, pitches; and the treatment of a window without notes."""

from __future__ import annotations

import numpy as np
import pytest
from opencomposer_evaluation.window_metrics import gather_totals, measure_window, statistics
from opencomposer_music.piano_roll import Note, notes_to_planes


def test_metrics_of_a_window_by_hand() -> None:
    melody = notes_to_planes([Note(0, 64, 72)], 64)
    alto = notes_to_planes([Note(0, 4, 64), Note(4, 1, 64), Note(16, 16, 65)], 64)
    bass = notes_to_planes([Note(0, 64, 48)], 64)
    totals = gather_totals([measure_window(melody, [alto, bass])])
    with np.errstate(invalid="ignore"):  # No voices move together here.
        values = {name: float(value(totals)[0]) for name, value in statistics(2).items()}
    assert values["emptyBarRate"] == 0.5
    assert values["repeatedNoteShare"] == 0.5
    assert values["meanPitch1"] == pytest.approx((64 + 64 + 65) / 3)
    assert values["qualifiedNoteRate"] == pytest.approx((2 / 3 + 1) / 2)
    assert values["dissonantPairShare"] == 0


def test_a_window_without_notes_counts_for_no_share() -> None:
    melody, silence = notes_to_planes([Note(0, 64, 72)], 64), notes_to_planes([], 64)
    second = notes_to_planes([Note(0, 64, 73)], 64)
    totals = gather_totals([measure_window(melody, [silence]), measure_window(melody, [second])])
    sums = {name: values.sum(keepdims=True) for name, values in totals.items()}
    assert statistics(1)["dissonantPairShare"](sums)[0] == 1
    assert statistics(1)["qualifiedNoteRate"](sums)[0] == 1
    assert statistics(1)["emptyBarRate"](sums)[0] == 0.5
