"""Puts wrong notes into music, by a rule that is independent of the training of any model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from opencomposer_music.piano_roll import PITCHES, SOUNDING, Note, Planes, notes_to_planes, planes_to_notes

MAX_INTERVAL = 7
"""The maximum number of semitones between a wrong note and the right one that it replaces or is added beside."""
MAX_TRIES = 50

RULE = (
    "So many notes as the rate says of the original's are chosen at random. By the toss of a coin each is played 1 to "
    f"{MAX_INTERVAL} semitones too high or too low instead (replaced), or a note of its onset and length is added so "
    "far above or below it; never where that pitch sounds or touches a note already."
)


@dataclass(frozen=True)
class Corrupted:
    """Music with mistakes. `planes`: [2, steps, 128]; `wrong`: notes that are not the original's; `replaced`: the
    original's notes that are missing; `kept`: the original's notes that are still there."""

    planes: Planes
    original: Planes
    wrong: tuple[Note, ...]
    replaced: tuple[Note, ...]
    kept: tuple[Note, ...]


def make_mistakes(original: Planes, rate: float, rng: np.random.Generator) -> Corrupted:
    """Makes mistakes by the RULE in music [2, steps, 128], for each of about `rate` of its notes."""
    notes = planes_to_notes(original)
    steps = original.shape[1]
    busy = original[SOUNDING].copy()
    wrong: list[Note] = []
    replaced: set[int] = set()
    for index in rng.permutation(len(notes))[: round(rate * len(notes))]:
        note = notes[index]
        replaces = bool(rng.random() < 0.5)
        for _ in range(MAX_TRIES):
            interval = int(rng.integers(1, MAX_INTERVAL + 1)) * (1 if rng.random() < 0.5 else -1)
            pitch = note.pitch + interval
            end = note.onset + note.duration
            # A step on either side must be free, so that a wrong note does not merge with a right one.
            if 0 <= pitch < PITCHES and not busy[max(0, note.onset - 1) : min(steps, end + 1), pitch].any():
                busy[note.onset : end, pitch] = True
                wrong.append(note._replace(pitch=pitch))
                if replaces:
                    replaced.add(int(index))
                break
    kept = [note for index, note in enumerate(notes) if index not in replaced]
    return Corrupted(
        notes_to_planes([*kept, *wrong], steps),
        original,
        tuple(wrong),
        tuple(notes[index] for index in sorted(replaced)),
        tuple(kept),
    )


def count_restored(corrupted: Corrupted, restored: Planes) -> dict[str, float]:
    """Returns the counts of one piece, to be summed. Notes are the same when onset, length and pitch are. A wrong note
    counts as removed, and a right one as lost, when less than half of it still sounds."""
    right, before, after = (
        {note[:3] for note in planes_to_notes(planes)} for planes in (corrupted.original, corrupted.planes, restored)
    )

    def mostly_silent(notes: tuple[Note, ...]) -> float:
        return sum(
            2 * int(restored[SOUNDING, note.onset : note.onset + note.duration, note.pitch].sum()) < note.duration
            for note in notes
        )

    return {
        "hitsBefore": len(right & before),
        "notesBefore": len(right) + len(before),
        "hitsAfter": len(right & after),
        "notesAfter": len(right) + len(after),
        "wrong": len(corrupted.wrong),
        "wrongRemoved": mostly_silent(corrupted.wrong),
        "kept": len(corrupted.kept),
        "rightLost": mostly_silent(corrupted.kept),
        "replaced": len(corrupted.replaced),
        "restored": sum(note[:3] in after for note in corrupted.replaced),
    }
