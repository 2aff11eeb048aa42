"""The result of re-writing a piece: its edits in their order, and its notes.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from opencomposer_music.piano_roll import (
    DEFAULT_VELOCITY,
    PITCHES,
    SOUNDING,
    Note,
    Planes,
    notes_to_planes,
    planes_to_notes,
)

from opencomposer_ar_cnn.onsets import Cells


class EditEvent(NamedTuple):
    """One edit. original: True if the cell was sounding in the input; passed: the number of the pass, from 0;
    probability: the network's probability that this cell should be toggled, just before it was."""

    step: int
    pitch: int
    kind: Literal["add", "remove"]
    original: bool
    passed: int
    probability: float

    def as_json(self) -> dict[str, object]:
        """Returns the edit with the member names of contracts/invocation-response.schema.json."""
        return {
            "step": self.step,
            "pitch": self.pitch,
            "kind": self.kind,
            "original": self.original,
            "pass": self.passed,
            "probability": self.probability,
        }


class WrittenLine(NamedTuple):
    """A line that was written to a locked melody: its name and its planes [2, steps, 128]."""

    name: str
    planes: Planes


@dataclass(frozen=True)
class Rewriting:
    """The re-written piece: planes [2, steps, 128], the edits in their order, the number of passes, and the
    number of edits that the network still expected in the last one. lines: what was added, from the highest line to
    the lowest, if it was written as lines. A line in which nothing sounds is among them."""

    planes: Planes
    events: Sequence[EditEvent]
    passes: int
    expected_edits: float
    lines: Sequence[WrittenLine] | None = None


def replay(sounding: Cells, events: Sequence[EditEvent]) -> Cells:
    """Returns the cells that sound after the edits. Raises ValueError for an edit that changes nothing."""
    cells = sounding.copy()
    for event in events:
        if cells[event.step, event.pitch] == (event.kind == "add"):
            raise ValueError(f"the edit {event} changes nothing")
        cells[event.step, event.pitch] = event.kind == "add"
    return cells


def edited_notes(given: Sequence[Note], rewriting: Rewriting) -> list[Note]:
    """Returns the notes of the re-written piece. A note that begins in the given music keeps its velocity."""
    steps = rewriting.planes.shape[1]
    velocities = np.zeros((steps, PITCHES), dtype=np.int64)
    for note in given:
        velocities[note.onset : note.onset + note.duration, note.pitch] = note.velocity
    return [
        note._replace(velocity=int(velocities[note.onset, note.pitch]) or DEFAULT_VELOCITY)
        for note in planes_to_notes(rewriting.planes)
    ]


def added_notes(given: Sequence[Note], rewriting: Rewriting) -> list[Note]:
    """Returns the notes that were written to a locked melody: those that are not cells of the given music."""
    original = notes_to_planes(given, rewriting.planes.shape[1])[SOUNDING]
    return planes_to_notes(rewriting.planes & ~original)
