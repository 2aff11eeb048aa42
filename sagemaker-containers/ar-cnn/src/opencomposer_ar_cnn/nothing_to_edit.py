"""Refuses a piece in which no cell may ever be edited, and says which parameters leave none.

It imports numpy only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from opencomposer_music.piano_roll import PITCHES, STEPS_PER_BAR, Planes

from opencomposer_ar_cnn.editable_piece import EditLimits, editable_piece
from opencomposer_ar_cnn.line_writing import plan_lines
from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.sampling_settings import SamplingSettings

MAX_DENSITY = 2.0
"""The greatest density that may be asked for."""


class NothingToEdit(ValueError):
    """No cell may ever be edited. The message is the reason; `allowed` names the parameters that leave no cell, as a
    request names them, and says what each has to be. It is empty where no parameter would help."""

    def __init__(self, reason: str, allowed: Mapping[str, str]) -> None:
        super().__init__(reason)
        self.allowed = allowed


def check_room(piece: Planes, settings: SamplingSettings, limits: EditLimits, kept: Cells | None = None) -> None:
    """Raises NothingToEdit for a piece [2, steps, 128] in which no cell may be edited, whatever a network wants. kept:
    given cells that stay although the piece is not locked."""
    if _editable(piece, settings, limits, kept).any():
        return
    for wider in _wider(settings):
        cells = _editable(piece, wider, limits, kept)
        if cells.any():
            raise NothingToEdit(*_reason(settings, wider, cells))
    most = limits.polyphony_at(MAX_DENSITY)
    raise NothingToEdit(
        f"this model writes at most {most} notes at once, and the melody leaves no room for another one", {}
    )


def _editable(piece: Planes, settings: SamplingSettings, limits: EditLimits, kept: Cells | None) -> Cells:
    """Returns the cells that may be edited, [steps, 128]."""
    found = editable_piece(piece, settings, limits, kept=kept)
    if settings.writes_lines:
        return np.asarray(np.any([line.cells for line in plan_lines(found, settings, limits)], axis=0), dtype=np.bool_)
    if settings.melody_lock and settings.edits_per_pass > 1:
        room = found.original.sum(axis=1, keepdims=True) < limits.polyphony_at(settings.density)
        return np.asarray(found.editable & room, dtype=np.bool_)
    return found.editable


def _wider(settings: SamplingSettings) -> Iterator[SamplingSettings]:
    """Yields the settings with ever less that keeps cells from being edited."""
    any_pitch = replace(settings, lowest_pitch=0, highest_pitch=PITCHES - 1)
    yield any_pitch
    yield replace(settings, first_bar=1, last_bar=0)
    everywhere = replace(any_pitch, first_bar=1, last_bar=0)
    yield everywhere
    yield replace(everywhere, above_melody=True)
    yield replace(everywhere, density=MAX_DENSITY)
    yield replace(everywhere, above_melody=True, density=MAX_DENSITY)


def _reason(settings: SamplingSettings, wider: SamplingSettings, cells: Cells) -> tuple[str, Mapping[str, str]]:
    """Returns the reason and the parameters at fault, where the wider settings leave these cells [steps, 128]."""
    allowed: dict[str, str] = {}
    if wider.above_melody != settings.above_melody:
        allowed["aboveMelody"] = "true, because nothing that this model writes lies below this melody"
    if wider.density != settings.density:
        allowed["density"] = f"a higher one up to {MAX_DENSITY:g}, because the melody alone has as many notes at once"
    if allowed:
        return "the melody leaves no room for a note of this model", allowed
    pitches = np.flatnonzero(cells.any(axis=0))
    lowest, highest = int(pitches[0]), int(pitches[-1])
    if settings.highest_pitch < lowest:
        allowed["highestPitch"] = f"an integer from {lowest} to {PITCHES - 1}"
    elif settings.lowest_pitch > highest:
        allowed["lowestPitch"] = f"an integer from 0 to {highest}"
    elif _pitches_of(wider) != _pitches_of(settings):
        allowed["highestPitch"] = f"a region that holds more of the pitches {lowest} to {highest} than the melody's own"
    bars = np.flatnonzero(cells.any(axis=1)) // STEPS_PER_BAR + 1
    first, last = int(bars[0]), int(bars[-1])
    if settings.first_bar > last:
        allowed["firstBar"] = f"an integer from 1 to {last}"
    elif 0 < settings.last_bar < first:
        allowed["lastBar"] = f"an integer from {first} to {len(cells) // STEPS_PER_BAR}, or 0 for the last"
    elif _bars_of(wider) != _bars_of(settings):
        allowed["lastBar"] = f"a region of the bars {first} to {last} in which the melody leaves room"
    return "the region holds no note that this model can edit in this piece", allowed


def _pitches_of(settings: SamplingSettings) -> tuple[int, int]:
    return settings.lowest_pitch, settings.highest_pitch


def _bars_of(settings: SamplingSettings) -> tuple[int, int]:
    return settings.first_bar, settings.last_bar
