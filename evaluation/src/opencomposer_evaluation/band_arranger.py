"""The arranger as a baseline for models that learned from bands. It works by rule and is written in TypeScript, so
scripts/arrange-tunes.ts plays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from opencomposer_music.piano_roll import ONSET, STEPS_PER_BAR, Note, Planes, notes_to_planes, planes_to_notes

from opencomposer_evaluation.arranged_tunes import PROGRAM, run_arranger

VELOCITY = 90


@dataclass(frozen=True)
class BandArranger:
    """The arranger in one style, under its seed 0, with chords, bass and drums as the voices of a band. What is neither
    bass nor drums is the chords. Where the melody is so low that it is the bass, there is no other."""

    style: str
    program: Sequence[str] = PROGRAM

    def accompany(self, melody: Planes, seed: int) -> Sequence[Planes]:
        (played,) = self.accompany_many([melody], [seed])
        return played

    def accompany_many(self, melodies: Sequence[Planes], seeds: Sequence[int]) -> Sequence[Sequence[Planes]]:
        """Returns the arrangements of melodies that have notes. Seeds change nothing. Raises ArrangerFailed."""
        request = {
            "seeds": 1,
            "styles": [self.style],
            "withDrums": True,
            "tunes": [
                {
                    "bars": melody.shape[1] // STEPS_PER_BAR,
                    "timeSignature": "4/4",
                    "notes": [[note.onset, note.duration, note.pitch] for note in planes_to_notes(melody)],
                }
                for melody in melodies
            ],
        }
        return [band_of(one["tracks"], melodies[one["tune"]].shape[1]) for one in run_arranger(request, self.program)]


def band_of(tracks: Sequence[dict[str, object]], steps: int) -> list[Planes]:
    """Returns the planes of chords, bass and drums out of the arranger's tracks."""
    chords, bass, drums = (np.zeros((2, steps, 128), dtype=np.bool_) for _ in range(3))
    for track in tracks:
        notes = [Note(int(onset), int(duration), int(pitch), VELOCITY) for onset, duration, pitch in track["notes"]]  # type: ignore[attr-defined]
        if track["isDrums"]:
            hits = notes_to_planes([note._replace(duration=1) for note in notes], steps)
            drums |= hits
            drums[ONSET] |= hits[ONSET]
        else:
            part = bass if "bass" in str(track["name"]).lower() else chords
            part |= notes_to_planes(notes, steps)
    return [chords, bass, drums]
