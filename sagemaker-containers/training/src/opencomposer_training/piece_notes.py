"""The notes of all voices of a piece, from which its windows are drawn.

Planes of a whole data set would not fit into memory: 3,000 pieces of 30 bars take 1.2 GB as planes and 20 MB as notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, planes_to_notes

from opencomposer_training.packed_notes import NoteColumns


@dataclass(frozen=True, eq=False)
class PieceNotes:
    """Columns [notes] in the order of the onsets: onset and duration in steps, pitch, and the number of the voice."""

    onsets: npt.NDArray[np.int32]
    durations: npt.NDArray[np.uint16]
    pitches: npt.NDArray[np.uint8]
    voices: npt.NDArray[np.uint8]
    drums: npt.NDArray[np.bool_]
    """Of each voice, [voices], whether it is drums. A note of drums is a hit of one step, and is never transposed."""
    longest: int
    """The duration of the longest note, 0 if there is none."""

    @classmethod
    def of_voices(cls, voices: Sequence[NoteColumns], drums: Sequence[bool], steps: int) -> Self:
        """Returns the notes of voices. What sounds beyond `steps` is cut off. drums: of each voice, whether it is
        drums."""
        onsets = np.concatenate([voice.onsets for voice in voices])
        order = np.argsort(onsets, kind="stable")
        durations = np.minimum(np.concatenate([voice.durations for voice in voices]), steps - onsets)
        numbers = np.repeat(np.arange(len(voices)), [len(voice.onsets) for voice in voices])
        durations = np.where(np.asarray(drums, dtype=np.bool_)[numbers], 1, durations)
        return cls(
            onsets[order].astype(np.int32),
            durations[order].astype(np.uint16),
            np.concatenate([voice.pitches for voice in voices])[order].astype(np.uint8),
            numbers[order].astype(np.uint8),
            np.asarray(drums, dtype=np.bool_),
            int(durations.max(initial=0)),
        )

    @classmethod
    def of_planes(cls, planes: npt.NDArray[np.bool_]) -> Self:
        """Returns the notes of planes [voices, 2, steps, 128]."""
        columns = [np.array(planes_to_notes(voice), dtype=np.int64).reshape(-1, 4).T for voice in planes]
        return cls.of_voices(
            [
                NoteColumns(o.astype(np.int32), d.astype(np.int32), p.astype(np.int16), v.astype(np.int16))
                for o, d, p, v in columns
            ],
            [False] * len(planes),
            planes.shape[2],
        )

    def pitch_extent(self, voice: int | None = None) -> tuple[int, int] | None:
        """Returns the lowest and the highest pitch of one voice, or of all that have tones; None where no note is."""
        chosen = ~self.drums[self.voices] if voice is None else self.voices == voice
        pitches = self.pitches[chosen]
        return (int(pitches.min()), int(pitches.max())) if len(pitches) > 0 else None

    def without_drums(self) -> Self:
        """Returns the notes of the voices that have tones, which are counted anew."""
        chosen = ~self.drums[self.voices]
        number = np.cumsum(~self.drums) - 1
        return replace(
            self,
            onsets=self.onsets[chosen],
            durations=self.durations[chosen],
            pitches=self.pitches[chosen],
            voices=number[self.voices[chosen]].astype(np.uint8),
            drums=self.drums[~self.drums],
        )

    def draw(
        self, first: int, steps: int, *, lowest: int = 0, pitches: int = PITCHES, shift: int = 0
    ) -> npt.NDArray[np.bool_]:
        """Returns planes [voices, 2, steps, pitches] of the steps from `first`, transposed by `shift` semitones and
        cropped to the pitches lowest..lowest + pitches - 1. A note that was already sounding starts with them. Drums
        are not transposed."""
        planes = np.zeros((len(self.drums), 2, steps, pitches), dtype=np.bool_)
        begin, end = np.searchsorted(self.onsets, (first - self.longest, first + steps))
        starts = self.onsets[begin:end] - first
        stops = np.minimum(starts + self.durations[begin:end], steps)
        shifts = np.where(self.drums, 0, shift)[self.voices[begin:end]]
        rows = self.pitches[begin:end].astype(np.int32) + shifts - lowest
        kept = (stops > 0) & (rows >= 0) & (rows < pitches)
        starts, stops, rows = np.maximum(starts[kept], 0), stops[kept], rows[kept]
        numbers = self.voices[begin:end][kept]
        lengths = stops - starts
        of_note = np.repeat(np.arange(len(starts)), lengths)
        sounding = np.arange(len(of_note)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        planes[numbers[of_note], SOUNDING, sounding, rows[of_note]] = True
        planes[numbers, ONSET, starts, rows] = True
        return planes
