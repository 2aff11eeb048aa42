"""Notes on the sixteenth grid, and the same notes as two boolean planes.

One plane alone cannot tell a held note from a repeated one, so a roll is always a pair: which pitches sound at a step,
and which of them start there. The pair is lossless for every line in which no pitch overlaps itself.

It imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

STEPS_PER_BEAT = 4
BEATS_PER_BAR = 4
STEPS_PER_BAR = STEPS_PER_BEAT * BEATS_PER_BAR
PITCHES = 128
DEFAULT_VELOCITY = 80

Planes = npt.NDArray[np.bool_]
"""Boolean array of shape [2, steps, 128]: plane 0 = the pitch sounds, plane 1 = a note of that pitch starts."""

Steps = npt.NDArray[np.bool_]
"""Boolean array of shape [steps]."""

ValueT = TypeVar("ValueT", bound=np.generic)

SOUNDING = 0
ONSET = 1


class Note(NamedTuple):
    """A note on the grid: onset and duration in sixteenth steps, pitch as a MIDI number."""

    onset: int
    duration: int
    pitch: int
    velocity: int = DEFAULT_VELOCITY


def notes_to_planes(notes: Iterable[Note], steps: int) -> Planes:
    """Draws notes into planes of shape [2, steps, 128].

    Everything beyond `steps` is cut off. Where a note starts while its own pitch still sounds, it is a new onset and
    the earlier note ends there.

    Raises ValueError for a note that no grid can hold (negative onset, no duration, pitch outside 0-127).
    """
    if steps < 0:
        raise ValueError(f"steps must not be negative, but is {steps}")
    planes = np.zeros((2, steps, PITCHES), dtype=np.bool_)
    for note in notes:
        if note.onset < 0 or note.duration < 1 or not 0 <= note.pitch < PITCHES:
            raise ValueError(
                f"a note needs onset >= 0, duration >= 1 and pitch 0-127, but has "
                f"onset {note.onset}, duration {note.duration}, pitch {note.pitch}"
            )
        if note.onset >= steps:
            continue
        planes[SOUNDING, note.onset : note.onset + note.duration, note.pitch] = True
        planes[ONSET, note.onset, note.pitch] = True
    return planes


def planes_to_notes(planes: Planes, velocity: int = DEFAULT_VELOCITY) -> list[Note]:
    """Reads the notes out of planes [2, steps, 128], sorted by onset and pitch.

    A pitch that sounds without having sounded at the step before starts a note even where the onset plane is silent;
    an onset where the pitch does not sound is no note.
    """
    sounding = planes[SOUNDING]
    steps = sounding.shape[0]
    before = np.zeros_like(sounding)
    before[1:] = sounding[:-1]
    onsets = sounding & (planes[ONSET] | ~before)
    # A note ends where its pitch stops or where the next note of the same pitch starts.
    ends = np.zeros((steps + 1, sounding.shape[1]), dtype=np.bool_)
    ends[1:steps] = sounding[:-1] & (~sounding[1:] | onsets[1:])
    if steps > 0:
        ends[steps] = sounding[-1]
    # In each column the n-th start belongs to the n-th end.
    start_pitches, start_steps = np.nonzero(onsets.T)
    _, end_steps = np.nonzero(ends.T)
    order = np.lexsort((start_pitches, start_steps))
    return [
        Note(int(start_steps[i]), int(end_steps[i] - start_steps[i]), int(start_pitches[i]), velocity) for i in order
    ]


def highest_voice(planes: Planes) -> Planes:
    """Returns the highest sounding pitch at every step, with its onsets. planes: [2, steps, pitches].

    A melody of one voice comes back as it is. Where a higher note ends over one that still sounds, the lower one
    starts anew there.
    """
    sounding = planes[SOUNDING]  # (steps, pitches)
    # This is the index of the last True along the pitch axis.
    highest = sounding.shape[1] - 1 - np.argmax(sounding[:, ::-1], axis=1)  # (steps)
    line = np.zeros_like(planes)
    steps = np.nonzero(sounding.any(axis=1))[0]
    line[SOUNDING, steps, highest[steps]] = True
    before = np.zeros_like(sounding)
    before[1:] = line[SOUNDING, :-1]
    line[ONSET] = line[SOUNDING] & (planes[ONSET] | ~before)
    return line


def first_onset(planes: Planes) -> int:
    """Returns the step at which the first note of planes [2, steps, pitches] begins, 0 where nothing sounds."""
    return int(planes[SOUNDING].any(axis=1).argmax())


def is_monophonic(notes: Sequence[Note]) -> bool:
    """Returns True if no two of the notes sound at the same time."""
    ordered = sorted(notes)
    return all(first.onset + first.duration <= second.onset for first, second in itertools.pairwise(ordered))


def fold_into_range(notes: Iterable[Note], lowest: int, highest: int) -> list[Note]:
    """Shifts notes by octaves into lowest..highest: first all of them together, so that the line keeps its shape, then
    one by one those that are still outside. A note that no octave brings inside is dropped.

    This is for the input of a model that sees only part of the keyboard. Music that a listener hears is never folded.
    """
    kept = list(notes)
    best = octave_shift(kept, lowest, highest)
    folded: list[Note] = []
    for note in kept:
        pitch = note.pitch + best
        while pitch < lowest:
            pitch += 12
        while pitch > highest:
            pitch -= 12
        if lowest <= pitch <= highest:
            folded.append(note._replace(pitch=pitch))
    return folded


def octave_shift(notes: Iterable[Note], lowest: int, highest: int) -> int:
    """Returns by how many semitones, in octaves, notes are best shifted together so that few are outside
    lowest..highest: the smallest shift of those that leave the fewest."""
    pitches = np.array([note.pitch for note in notes], dtype=np.int64)
    shifts = sorted(range(-120, 121, 12), key=lambda shift: (abs(shift), shift))
    return min(shifts, key=lambda shift: int(np.sum((pitches + shift < lowest) | (pitches + shift > highest))))


def transposed(values: npt.NDArray[ValueT], semitones: int, fill: ValueT) -> npt.NDArray[ValueT]:
    """Returns values [..., 128 pitches] moved up by so many semitones. What is moved beyond the keyboard is lost, and
    `fill` takes the place of what moved."""
    if semitones == 0:
        return values
    result = np.full_like(values, fill)
    result[..., max(0, semitones) : PITCHES + min(0, semitones)] = values[
        ..., max(0, -semitones) : PITCHES - max(0, semitones)
    ]
    return result
