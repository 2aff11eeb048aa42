"""The notes of one voice of a data set's piece as one text: the base64 of four columns after each other.

The columns are, little-endian, the steps from the onset of the note before (two bytes), the duration in steps (two
bytes), the pitch and the velocity (a byte each). Six bytes a note are eight characters, so the text needs no filling.
Beside lists of numbers it is five times as fast to read and a third as large (docs/adr/0053-packed-notes.md).
domain/datasets/packed-notes.ts does the same in TypeScript. It imports numpy only, because the builders of stock data
sets run without the trainer.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import PITCHES, Note

BYTES_PER_NOTE = 6
MAX_STEPS = 65_536
"""The longest piece: its onsets, and the steps between two of them, fit into two bytes."""


class PackedNotesError(ValueError):
    """The text holds no notes of the piece. The message completes a sentence that begins with the place."""


class NoteColumns(NamedTuple):
    """Notes in the order of their onsets: [notes] each, onsets and durations in steps."""

    onsets: npt.NDArray[np.int32]
    durations: npt.NDArray[np.int32]
    pitches: npt.NDArray[np.int16]
    velocities: npt.NDArray[np.int16]

    def is_monophonic(self) -> bool:
        """Returns True if no two of the notes sound at the same time."""
        return bool((self.onsets[:-1] + self.durations[:-1] <= self.onsets[1:]).all())

    def notes(self) -> list[Note]:
        """Returns the notes one by one."""
        return [Note(*map(int, values)) for values in zip(*self, strict=True)]


def pack_notes(notes: Iterable[Note]) -> str:
    """Returns notes as one text, ordered by onset, pitch and duration, so that equal music has equal text.

    Raises ValueError for a note that two bytes, or MIDI, cannot hold.
    """
    ordered = sorted(notes, key=lambda note: (note.onset, note.pitch, note.duration, note.velocity))
    for note in ordered:
        if (
            not 0 <= note.onset < MAX_STEPS
            or not 1 <= note.duration < MAX_STEPS
            or not 0 <= note.pitch < PITCHES
            or not 1 <= note.velocity < PITCHES
        ):
            raise ValueError(
                f"a note needs an onset of 0-{MAX_STEPS - 1}, a duration of 1-{MAX_STEPS - 1}, a pitch of 0-127 and a "
                f"velocity of 1-127, but has {note.onset}, {note.duration}, {note.pitch} and {note.velocity}"
            )
    table = np.array(ordered, dtype=np.int64).reshape(-1, 4)
    columns = (
        np.diff(table[:, 0], prepend=0).astype("<u2"),
        table[:, 1].astype("<u2"),
        table[:, 2].astype("u1"),
        table[:, 3].astype("u1"),
    )
    return base64.b64encode(b"".join(column.tobytes() for column in columns)).decode("ascii")


def unpack_notes(text: str, steps: int) -> NoteColumns:
    """Returns the notes of a text, each of which begins within a piece of `steps` steps. Raises PackedNotesError."""
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise PackedNotesError("is not base64") from None
    if len(content) % BYTES_PER_NOTE != 0:
        raise PackedNotesError(f"has {len(content)} bytes, which is no multiple of the {BYTES_PER_NOTE} of a note")
    count = len(content) // BYTES_PER_NOTE
    columns = NoteColumns(
        np.cumsum(np.frombuffer(content, "<u2", count), dtype=np.int64).astype(np.int32),
        np.frombuffer(content, "<u2", count, 2 * count).astype(np.int32),
        np.frombuffer(content, "u1", count, 4 * count).astype(np.int16),
        np.frombuffer(content, "u1", count, 5 * count).astype(np.int16),
    )
    for name, values, low, high in (
        ("onset", columns.onsets, 0, steps - 1),
        ("duration", columns.durations, 1, MAX_STEPS - 1),
        ("pitch", columns.pitches, 0, PITCHES - 1),
        ("velocity", columns.velocities, 1, PITCHES - 1),
    ):
        broken = np.flatnonzero((values < low) | (values > high))
        if len(broken) > 0:
            index = int(broken[0])
            raise PackedNotesError(f"has note {index} with the {name} {values[index]}, which must be {low} to {high}")
    return columns
