"""Counts of each window of music that is one texture, not voices side by side, and the statistics made from them.
Melody and accompaniment are heard together, as one roll."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from opencomposer_music.metrics import (
    dissonant_pair_share,
    empty_bar_rate,
    groove_consistency,
    qualified_note_rate,
    scale_consistency,
)
from opencomposer_music.piano_roll import SOUNDING, Planes, planes_to_notes
from opencomposer_music.voice_lines import REST, Lines

from opencomposer_evaluation.intervals import Statistic
from opencomposer_evaluation.window_metrics import share

VOICES = 4
LINES = 3
COUNTED_ELSEWHERE = ("melodyKept", "passes", "edits", "addedCells", "copied")
"""Counts that a window's music alone does not give. A caller that knows them adds them; else they are NaN."""


def beside_the_melody(melody: Planes, tracks: Sequence[Planes]) -> list[Planes]:
    """Returns all tracks as one, [2, steps, 128], without the cells that the melody sounds."""
    return [np.asarray(np.any(tracks, axis=0) & ~melody[SOUNDING], dtype=np.bool_)]


def ranked_lines(tracks: Sequence[Planes]) -> Lines:
    """Returns the highest, second and lowest pitch that sounds at each step, [3, steps], REST where fewer sound."""
    sounding = np.any([track[SOUNDING] for track in tracks], axis=0)
    lines = np.full((LINES, len(sounding)), REST, dtype=np.int64)
    for step, cells in enumerate(sounding):
        pitches = np.flatnonzero(cells)[::-1]
        kept = pitches if len(pitches) <= LINES else pitches[[0, 1, -1]]
        lines[: len(kept), step] = kept
    return lines


def measure_texture(melody: Planes, tracks: Sequence[Planes]) -> dict[str, float]:
    """Returns the counts of one window, to be summed over windows. Counts with names ending in `.of` are divisors."""
    whole = np.asarray(np.any([melody, *tracks], axis=0), dtype=np.bool_)
    sounding = whole[SOUNDING].sum(axis=1)
    counts: dict[str, float] = {"windows": 1, "steps": len(sounding)}
    counts["four"] = float((sounding == VOICES).sum())
    counts["over"] = float((sounding > VOICES).sum())
    counts["cells"] = float(sounding.sum())
    counts["onsets"] = len(planes_to_notes(whole))
    counts["emptyBars"] = float(np.mean([empty_bar_rate(track) for track in tracks]))
    optional = {
        "dissonant": dissonant_pair_share([whole]),
        "qualified": qualified_note_rate(whole),
        "groove": groove_consistency(whole),
        "scale": scale_consistency([whole]),
    }
    for name, value in optional.items():
        counts[name] = 0.0 if value is None else value
        counts[f"{name}.of"] = float(value is not None)
    for name in COUNTED_ELSEWHERE:
        counts[name] = counts[f"{name}.of"] = 0.0
    return counts


def texture_statistics(tracks: int) -> dict[str, Statistic]:
    """Returns every statistic by its name in evaluation.json."""
    return {
        "fourVoiceShare": share("four", "steps"),
        "overFourVoicesShare": share("over", "steps"),
        "dissonantPairShare": share("dissonant", "dissonant.of"),
        "qualifiedNoteRate": share("qualified", "qualified.of"),
        "grooveConsistency": share("groove", "groove.of"),
        "onsetsPerStep": share("onsets", "steps"),
        "soundingPitches": share("cells", "steps"),
        "scaleConsistency": share("scale", "scale.of"),
        "emptyBarRate": share("emptyBars", "windows"),
        "melodyKeptShare": share("melodyKept", "melodyKept.of"),
        "passes": share("passes", "passes.of"),
        "edits": share("edits", "edits.of"),
        "addedCells": share("addedCells", "addedCells.of"),
        "copiedWindowShare": share("copied", "copied.of"),
    }
