"""Music as four lines, which is how a listener follows a chorale: soprano (the melody), alto, tenor and bass."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opencomposer_music import voice_leading
from opencomposer_music.piano_roll import ONSET, SOUNDING, STEPS_PER_BAR, Planes

REST = -1
"""The pitch of a line where nothing sounds."""

Line = npt.NDArray[np.int64]
"""The pitch that a voice sounds at each step, [steps], REST where it is silent."""

Lines = npt.NDArray[np.int64]
"""Several voices at once, [voices, steps]."""

LOWER_VOICES = 3
CHORALE_LINES = ("Alto", "Tenor", "Bass")
LINES = ("Mezzo-soprano", "Alto", "Tenor", "Baritone", "Bass")
"""The names of all lines that may be written to a melody, the highest first."""
REGISTERS = (67, 60, 50)
"""The pitch at which the alto, the tenor and the bass are expected before their first note (G4, C4, D3)."""


@dataclass(frozen=True)
class LineNote:
    """A note of a line: its first step, its number of steps, its pitch."""

    onset: int
    duration: int
    pitch: int

    @property
    def end(self) -> int:
        """Returns the first step at which the note no longer sounds."""
        return self.onset + self.duration


@dataclass(frozen=True)
class VoiceLines:
    """Lines from the highest to the lowest. `pitches`: [voices, steps], REST where a line is silent; `onsets`:
    [voices, steps], True where a note of the line starts."""

    pitches: Lines
    onsets: npt.NDArray[np.bool_]

    @property
    def voices(self) -> int:
        """Returns the number of lines."""
        return int(self.pitches.shape[0])

    @property
    def steps(self) -> int:
        """Returns the number of sixteenth steps."""
        return int(self.pitches.shape[1])

    @property
    def bars(self) -> float:
        """Returns the number of bars, the last of which may be incomplete."""
        return self.steps / STEPS_PER_BAR

    @property
    def melody(self) -> Line:
        """Returns the highest line, [steps]."""
        return np.asarray(self.pitches[0])

    @property
    def bass(self) -> Line:
        """Returns the lowest line, [steps]."""
        return np.asarray(self.pitches[-1])

    def notes(self, voice: int) -> list[LineNote]:
        """Returns the notes of a line in the order of time."""
        line = self.pitches[voice]
        starts = [*np.flatnonzero(self.onsets[voice]), self.steps]
        found: list[LineNote] = []
        for start, until in itertools.pairwise(starts):
            silent = np.flatnonzero(line[start:until] == REST)
            duration = int(silent[0]) if len(silent) else int(until - start)
            found.append(LineNote(int(start), duration, int(line[start])))
        return found

    def transposed(self, shift: int) -> VoiceLines:
        """Returns the same music `shift` semitones higher."""
        return VoiceLines(np.where(self.pitches == REST, REST, self.pitches + shift), self.onsets)

    def cut(self, start: int, end: int) -> VoiceLines:
        """Returns the steps from `start` to `end`, without it. A note that was already sounding starts with the cut."""
        onsets = self.onsets[:, start:end].copy()
        if onsets.shape[1]:
            onsets[:, 0] |= self.pitches[:, start] != REST
        return VoiceLines(self.pitches[:, start:end], onsets)


def line_of(planes: Planes) -> Line:
    """Returns the highest pitch at each step of planes [2, steps, 128], REST where nothing sounds."""
    line = voice_leading.line_of(planes)
    return np.where(line == voice_leading.REST, REST, line)


def lines_of(tracks: Sequence[Planes]) -> Lines:
    """Returns the line of each voice, [voices, steps]."""
    return np.stack([line_of(track) for track in tracks])


def lines_from_pitches(pitches: Lines, starts: npt.NDArray[np.bool_] | None = None) -> VoiceLines:
    """Returns lines [voices, steps] whose notes start where the pitch changes, and where `starts` [voices, steps] says
    that a pitch is repeated."""
    sounding = pitches != REST
    before = np.full_like(pitches, REST)
    before[:, 1:] = pitches[:, :-1]
    onsets = sounding & (pitches != before)
    if starts is not None:
        onsets |= sounding & starts
    return VoiceLines(pitches, onsets)


def lines_of_tracks(tracks: Sequence[Planes]) -> VoiceLines:
    """Returns one line for each track [2, steps, 128]: the highest pitch at each step."""
    pitches = lines_of(tracks)
    return lines_from_pitches(
        pitches, np.stack([_starts(track, line) for track, line in zip(tracks, pitches, strict=True)])
    )


def split_by_register(track: Planes) -> VoiceLines:
    """Returns the three lines that a listener may hear in one track [2, steps, 128] whose notes belong to no voice.

    The highest pitch of a step is the alto, the lowest the bass, and the second highest the tenor; what sounds between
    tenor and bass is in no line. Where fewer than three pitches sound, each goes to a line so that the lines, in
    their order, move as little as possible. Lines that never cross and never meet come back as they were.
    """
    sounding = track[SOUNDING]
    last = np.array(REGISTERS)
    pitches = np.full((LOWER_VOICES, len(sounding)), REST, dtype=np.int64)
    for step, cells in enumerate(sounding):
        heard = np.flatnonzero(cells)[::-1]
        if not len(heard):
            continue
        kept = heard if len(heard) <= LOWER_VOICES else heard[[0, 1, -1]]
        chosen = list(
            min(
                itertools.combinations(range(LOWER_VOICES), len(kept)),
                key=lambda voices: int(np.abs(last[list(voices)] - kept).sum()),
            )
        )
        pitches[chosen, step] = kept
        last[chosen] = kept
    return lines_from_pitches(pitches, np.stack([_starts(track, line) for line in pitches]))


def lower_lines(tracks: Mapping[str, Planes], melody: Planes) -> list[Planes]:
    """Returns the lines of an accompaniment, the highest first, from its tracks [2, steps, 128] by their names.

    Alto, tenor and bass are always among them: an accompaniment leaves out a line in which nothing sounds. Tracks of
    which one has another name than a line stay as they are.
    """
    if not set(tracks) <= set(LINES):
        return list(tracks.values())
    silence = np.zeros_like(melody)
    return [tracks.get(name, silence) for name in LINES if name in tracks or name in CHORALE_LINES]


def as_voices(melody: Planes, tracks: Sequence[Planes]) -> VoiceLines:
    """Returns the melody and its accompaniment as four lines. Several tracks are a voice each; one alone is a texture,
    and is split by register. Everything is planes [2, steps, 128]."""
    if len(tracks) == 1:
        lower = split_by_register(np.asarray(tracks[0] & ~melody[SOUNDING], dtype=np.bool_))
    else:
        lower = lines_of_tracks(tracks)
    upper = lines_of_tracks([melody])
    return VoiceLines(np.vstack([upper.pitches, lower.pitches]), np.vstack([upper.onsets, lower.onsets]))


def _starts(track: Planes, line: Line) -> npt.NDArray[np.bool_]:
    """Returns the steps at which the track says that the pitch of the line starts, [steps]."""
    return np.asarray(
        np.where(line == REST, False, track[ONSET, np.arange(len(line)), np.maximum(line, 0)]), dtype=np.bool_
    )
