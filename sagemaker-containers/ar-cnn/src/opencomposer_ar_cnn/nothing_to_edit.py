"""Refuses a piece in which no cell may ever be edited, and says which parameters leave none.

It imports numpy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from opencomposer_music.piano_roll import PITCHES, Planes

from opencomposer_ar_cnn.editable_piece import EditLimits, editable_piece
from opencomposer_ar_cnn.line_writing import plan_lines
from opencomposer_ar_cnn.onsets import Cells
from opencomposer_ar_cnn.sampling_settings import SamplingSettings

MAX_DENSITY = 2.0
"""The greatest density that may be asked for."""

Widening = Literal["pitches", "bars", "above", "density"]
"""What may be widened of the settings so that more cells may be edited: the region's pitches, its bars, the notes above
the melody, the density."""
_REGION: Sequence[Widening] = ("pitches", "bars")
_ROOM: Sequence[Widening] = ("above", "density")


def _subsets(widenings: Sequence[Widening]) -> list[tuple[Widening, ...]]:
    return [subset for size in range(len(widenings) + 1) for subset in itertools.combinations(widenings, size)]


_WIDENINGS = sorted(
    ((*room, *region) for room in _subsets(_ROOM) for region in _subsets(_REGION)),
    key=lambda widened: (len(set(widened) & set(_ROOM)), len(widened)),
)[1:]
"""All that may be widened together. First comes what widens the region alone, because it is asked for on purpose, and
then the fewest, so that nothing is named that is not at fault."""


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
    for widened in _WIDENINGS:
        wider = settings
        for widening in widened:
            wider = _widen(wider, widening)
        cells = _editable(piece, wider, limits, kept)
        if cells.any():
            raise NothingToEdit(*_reason(settings, widened, cells, limits.bar.steps))
    most = limits.polyphony_at(MAX_DENSITY)
    raise NothingToEdit(
        f"this model writes at most {most} notes at once, and the melody leaves no room for another one", {}
    )


def narrowing_parameters(
    piece: Planes, settings: SamplingSettings, limits: EditLimits, kept: Cells | None = None
) -> list[str]:
    """Returns the parameters that keep cells from being edited, each as a request names it with its value: those of the
    region, and the number of notes that may be added where lines need more."""
    cells = _editable(piece, settings, limits, kept).sum()
    wider = {
        f"firstBar ({settings.first_bar})": replace(settings, first_bar=1),
        f"lastBar ({settings.last_bar})": replace(settings, last_bar=0),
        f"lowestPitch ({settings.lowest_pitch})": replace(settings, lowest_pitch=0),
        f"highestPitch ({settings.highest_pitch})": replace(settings, highest_pitch=PITCHES - 1),
    }
    narrowing = [named for named, one in wider.items() if _editable(piece, one, limits, kept).sum() > cells]
    if settings.writes_lines:
        found = editable_piece(piece, settings, limits, kept=kept)
        planned = sum(int(line.cells.any(axis=1).sum()) for line in plan_lines(found, settings, limits))
        if planned > settings.in_proportion(settings.max_notes_added, found.bars):
            narrowing.append(f"maxNotesAdded ({settings.max_notes_added})")
    return narrowing


def _editable(piece: Planes, settings: SamplingSettings, limits: EditLimits, kept: Cells | None) -> Cells:
    """Returns the cells that may be edited, [steps, 128]."""
    found = editable_piece(piece, settings, limits, kept=kept)
    if settings.writes_lines:
        return np.asarray(np.any([line.cells for line in plan_lines(found, settings, limits)], axis=0), dtype=np.bool_)
    if settings.melody_lock and settings.edits_per_pass > 1:
        room = found.original.sum(axis=1, keepdims=True) < limits.polyphony_at(settings.density)
        return np.asarray(found.editable & room, dtype=np.bool_)
    return found.editable


def _widen(settings: SamplingSettings, widening: Widening) -> SamplingSettings:
    """Returns the settings with less that keeps cells from being edited."""
    match widening:
        case "pitches":
            return replace(settings, lowest_pitch=0, highest_pitch=PITCHES - 1)
        case "bars":
            return replace(settings, first_bar=1, last_bar=0)
        case "above":
            return replace(settings, above_melody=True)
        case "density":
            return replace(settings, density=MAX_DENSITY)


def _reason(
    settings: SamplingSettings, widened: Collection[Widening], cells: Cells, bar_steps: int
) -> tuple[str, Mapping[str, str]]:
    """Returns the reason and the parameters at fault, where settings that are widened so leave these cells
    [steps, 128] of bars with `bar_steps`. Any pitch and any bar that is said to be allowed leaves one of them."""
    allowed: dict[str, str] = {}
    if "above" in widened:
        allowed["aboveMelody"] = "true, because nothing that this model writes lies below this melody"
    if "density" in widened:
        allowed["density"] = f"a higher one up to {MAX_DENSITY:g}, because the melody alone has as many notes at once"
    reason = (
        "the melody leaves no room for a note of this model"
        if allowed
        else "the region holds no note that this model can edit in this piece"
    )
    left = cells
    if "pitches" in widened:
        pitches = np.flatnonzero(cells.any(axis=0))
        lowest, highest = int(pitches[0]), int(pitches[-1])
        if settings.highest_pitch < lowest:
            allowed["highestPitch"] = f"an integer from {lowest} to {PITCHES - 1}"
            left = cells[:, [lowest]]
        elif settings.lowest_pitch > highest:
            allowed["lowestPitch"] = f"an integer from 0 to {highest}"
            left = cells[:, [highest]]
        else:
            allowed["highestPitch"] = (
                f"a region that holds more of the pitches {lowest} to {highest} than the melody's own"
            )
    if "bars" in widened:
        bars = np.flatnonzero(left.any(axis=1)) // bar_steps + 1
        first, last = int(bars[0]), int(bars[-1])
        if settings.first_bar > last:
            allowed["firstBar"] = f"an integer from 1 to {last}"
        elif 0 < settings.last_bar < first:
            allowed["lastBar"] = f"an integer from {first} to {len(cells) // bar_steps}, or 0 for the last"
        else:
            allowed["lastBar"] = f"a region of the bars {first} to {last} in which the melody leaves room"
    return reason, allowed
