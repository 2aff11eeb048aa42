"""Packs the notes of a voice into one text, and reads them again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencomposer_music.piano_roll import Note, is_monophonic
from opencomposer_training.packed_notes import MAX_STEPS, PackedNotesError, pack_notes, unpack_notes

CASES = json.loads((Path(__file__).resolve().parents[3] / "contracts/cases/packed-notes.json").read_text())["cases"]
NOTES = st.builds(
    Note, st.integers(0, MAX_STEPS - 1), st.integers(1, MAX_STEPS - 1), st.integers(0, 127), st.integers(1, 127)
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_of_the_contract(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(PackedNotesError, match=re.escape(case["error"])):
            unpack_notes(case["text"], case["steps"])
    else:
        notes = [Note(*note) for note in case["notes"]]
        assert unpack_notes(case["text"], case["steps"]).notes() == notes
        assert pack_notes(notes) == case["text"]


@given(st.lists(NOTES, max_size=40))
def test_notes_come_back_in_order_and_equal_music_has_equal_text(notes: list[Note]) -> None:
    text = pack_notes(notes)
    assert len(text) == 8 * len(notes)
    columns = unpack_notes(text, MAX_STEPS)
    read = columns.notes()
    assert sorted(read) == sorted(notes)
    assert [note.onset for note in read] == sorted(note.onset for note in notes)
    assert pack_notes(reversed(read)) == text
    assert columns.is_monophonic() == is_monophonic(notes)


@given(st.text(alphabet="AB+/z=\n ", max_size=24), st.integers(1, 64))
def test_any_other_text_is_refused_or_gives_notes_of_the_piece(text: str, steps: int) -> None:
    try:
        read = unpack_notes(text, steps).notes()
    except PackedNotesError:
        return
    assert all(note.onset < steps and note.duration >= 1 and 1 <= note.velocity <= 127 for note in read)


@pytest.mark.parametrize(
    "note", [Note(-1, 1, 60), Note(65_536, 1, 60), Note(0, 0, 60), Note(0, 1, 128), Note(0, 1, 0, 0)]
)
def test_a_note_that_no_bytes_hold_is_refused(note: Note) -> None:
    with pytest.raises(ValueError, match="a note needs an onset of 0-65535"):
        pack_notes([note])


def test_a_voice_is_monophonic_where_notes_touch_but_do_not_overlap() -> None:
    for notes, alone in (
        ([Note(4, 4, 60), Note(0, 4, 62)], True),
        ([Note(0, 5, 60), Note(4, 4, 62)], False),
        ([], True),
    ):
        assert unpack_notes(pack_notes(notes), 16).is_monophonic() == is_monophonic(notes) == alone
