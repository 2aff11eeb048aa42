"""A piece as it is given, and which of its cells may be edited.

It imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from opencomposer_music.melody_register import octaves_to
from opencomposer_music.phrase_ends import derive_phrase_end_steps, with_phrase_ends
from opencomposer_music.piano_roll import ONSET, PITCHES, SOUNDING, Planes, Steps, transposed
from opencomposer_music.time_signatures import COMMON_TIME, BarShape
from opencomposer_music.voice_leading import REST, Line, line_of

from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.sampling_settings import SamplingSettings

Floats = npt.NDArray[np.float32]

SOPRANO_MEDIAN = 71
"""The median pitch of the melodies of the chorales. A melody whose accompaniment is written as lines is heard in the
octave in which its median is nearest to it, because there the network has learned how voices lie under a melody."""
FAR_BELOW = np.float32(-1e4)
"""The logit of a cell that the network does not see."""
LEAST_DENSITY = 0.5
"""The density, in times the training music's, below which the network is told no less of a locked melody: with a
quarter it takes the tune alone for enough, and one voice is the least that is asked for."""


@dataclass(frozen=True)
class EditLimits:
    """The network's window of the keyboard; two numbers of its training music: the density of the steps at which
    anything sounds, and the maximum number of pitches that sound at once; whether its input says where phrases end; and
    the shape of the bars of its training music."""

    lowest_pitch: int
    highest_pitch: int
    density: float
    max_polyphony: int
    hears_phrase_ends: bool = False
    bar: BarShape = COMMON_TIME

    def polyphony_at(self, density: float) -> int:
        """Returns the maximum number of pitches that may sound at once, where `density` times as many notes as in the
        training music are wanted."""
        return round(self.max_polyphony * max(1.0, density))


def octave_shift(sounding: Cells, limits: EditLimits) -> int:
    """Returns the semitones (whole octaves) by which the piece must be raised for the network, so that as much of it as
    possible lies in the network's window."""
    used = sounding.sum(axis=0)
    pitches = np.arange(PITCHES)

    def unheard(shift: int) -> int:
        return int(used[(pitches + shift < limits.lowest_pitch) | (pitches + shift > limits.highest_pitch)].sum())

    return min(range(-120, 121, 12), key=lambda shift: (unheard(shift), abs(shift), shift))


def sounding_share(sounding: Cells, bar: BarShape) -> float:
    """Returns the share of the steps at which music is expected: all but the rests in bars in which something sounds,
    such as the rests before an upbeat. A bar without a note is there to be filled."""
    steps = sounding.any(axis=1).reshape(-1, bar.steps)
    return float((steps | ~steps.any(axis=1, keepdims=True)).mean())


def ceiling_of(melody: Line) -> Line:
    """Returns the highest pitch that is not above the melody at each step, [steps]. In a rest of the melody it is the
    higher one of the notes before and after it."""
    sounding = np.flatnonzero(melody != REST)
    if len(sounding) == 0:
        return np.full(len(melody), PITCHES - 1, dtype=np.int64)
    steps = np.arange(len(melody))
    after = np.searchsorted(sounding, steps).clip(max=len(sounding) - 1)
    before = (np.searchsorted(sounding, steps, side="right") - 1).clip(min=0)
    return np.asarray(np.maximum(melody[sounding[before]], melody[sounding[after]]), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class EditablePiece:
    """What is given, and what may be done to it. All cells are [steps, 128].

    melody: the highest given pitch at each step; editable: the cells of the region that are not locked; locked: the
    given cells that cannot be edited; shift: the semitones by which the network hears the piece higher; density: what
    the network is told; `columns`: the pitches in which all editable cells lie;
    phrase_ends: where a note that ends a phrase sounds, [steps]; hears_phrase_ends: the network is told of them; bar:
    the shape of the piece's bars.
    """

    original: Cells
    original_onsets: Cells
    melody: Line
    editable: Cells
    locked: Cells
    shift: int
    density: float
    columns: slice
    phrase_ends: Steps
    hears_phrase_ends: bool
    bar: BarShape

    @property
    def bars(self) -> int:
        """Returns the length of the piece in bars."""
        return len(self.original) // self.bar.steps

    def planes(self, roll: Cells, onsets: Cells) -> Floats:
        """Returns the network's input for the piece as it is now, [4 or 5, steps, 128]: see INPUT_PLANES of
        `model_metadata`."""
        cells = (roll, onsets, self.locked, self.original)
        planes = np.stack([transposed(plane, self.shift, np.False_) for plane in cells])
        if self.hears_phrase_ends:
            planes = with_phrase_ends(planes, self.phrase_ends)
        return planes.astype(np.float32)

    def from_model(self, values: Floats) -> Floats:
        """Returns the network's output where the piece stands. Cells that the network does not see are far below all
        others."""
        return np.asarray(transposed(values, -self.shift, FAR_BELOW), dtype=np.float32)


def editable_piece(
    piece: Planes,
    settings: SamplingSettings,
    limits: EditLimits,
    phrase_ends: Steps | None = None,
    kept: Cells | None = None,
) -> EditablePiece:
    """Returns what may be edited in a piece [2, steps, 128] of a whole number of bars.

    phrase_ends: where a note that ends a phrase sounds, [steps]; with None it is derived from the piece. kept: given
    cells [steps, 128] that stay although the piece is not locked.
    """
    original = piece[SOUNDING].copy()
    melody = line_of(piece)
    steps = len(original)
    sounds = original.any(axis=1)
    heard_as_soprano = settings.writes_lines and not settings.above_melody and sounds.any()
    if heard_as_soprano:
        shift = octaves_to(SOPRANO_MEDIAN, melody, limits.lowest_pitch, limits.highest_pitch)
    else:
        shift = octave_shift(original, limits)
    editable = np.zeros_like(original)
    lowest = max(settings.lowest_pitch, limits.lowest_pitch - shift, 0)
    highest = min(settings.highest_pitch, limits.highest_pitch - shift, PITCHES - 1)
    size = limits.bar.steps
    first, last = (settings.first_bar - 1) * size, settings.last_bar * size or steps
    editable[first:last, lowest : highest + 1] = True
    if settings.melody_lock:
        editable &= ~original
        if not settings.above_melody:
            editable &= np.arange(PITCHES) <= ceiling_of(melody)[:, np.newaxis]
        if not settings.beyond_melody and sounds.any():
            places = np.flatnonzero(sounds)
            editable[: places[0]] = editable[places[-1] + 1 :] = False
    if kept is not None:
        editable &= ~kept
    density = max(settings.density, LEAST_DENSITY) if settings.melody_lock else settings.density
    return EditablePiece(
        original=original,
        original_onsets=piece[ONSET] & original,
        melody=melody,
        editable=editable,
        locked=original & ~editable,
        shift=shift,
        density=limits.density * density * sounding_share(original, limits.bar),
        # Only these columns are edited, which halves the work for a window of half the keyboard.
        columns=slice(lowest, max(lowest, highest + 1)),
        phrase_ends=derive_phrase_end_steps(piece, limits.bar) if phrase_ends is None else phrase_ends,
        hears_phrase_ends=limits.hears_phrase_ends,
        bar=limits.bar,
    )
