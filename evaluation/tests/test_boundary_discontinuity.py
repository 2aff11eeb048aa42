"""The counts of breaks at bar lines."""

from __future__ import annotations

from opencomposer_evaluation.boundary_discontinuity import measure_bar_lines
from opencomposer_music.piano_roll import Note, notes_to_planes


def test_bar_lines_are_told_apart_and_a_jump_is_seen_where_it_is() -> None:
    # The voice leaps by a tenth at every fourth bar line and holds its note otherwise.
    notes = [Note(64 * part, 64, 50 if part % 2 else 66) for part in range(4)]
    counts = measure_bar_lines(notes_to_planes([Note(0, 256, 74)], 256), [notes_to_planes(notes, 256)])
    assert (counts["leap/0"], counts["leap/0.of"]) == (48, 3)
    assert (counts["changedVoices/0"], counts["changedVoices/1"], counts["changedVoices/2"]) == (3, 0, 0)
    assert (counts["changedVoices/1.of"], counts["changedVoices/2.of"]) == (4, 8)
    assert counts["wideLeaps/0"] == 3
