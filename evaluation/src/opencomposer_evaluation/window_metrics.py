"""Counts of each window, and the statistics made from them. The formulas of the shared metrics are used as they are; a
window in which a metric cannot be computed (no two notes together, no note) does not count for it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from opencomposer_music.metrics import (
    bars_of,
    dissonant_pair_share,
    pitch_classes_used,
    polyphonic_rate,
    qualified_note_rate,
    scale_consistency,
    tonal_distance,
)
from opencomposer_music.piano_roll import SOUNDING, Planes, planes_to_notes
from opencomposer_music.voice_lines import lines_of

from opencomposer_evaluation.intervals import Statistic, Totals
from opencomposer_evaluation.parallels import parallels


def measure_window(melody: Planes, tracks: Sequence[Planes]) -> dict[str, float]:
    """Returns the counts of one window, to be summed over windows. A count whose name ends in `.of` is the number of
    windows (or notes, or bars) that a sum is divided by."""
    counts: dict[str, float] = {"windows": 1}
    qualified: list[float] = []
    counts["repeats"] = counts["repeats.of"] = 0
    for index, track in enumerate(tracks):
        bars = bars_of(track[SOUNDING])
        counts[f"empty.{index}"] = float((~bars.any(axis=(1, 2))).sum())
        counts["bars"] = len(bars)
        notes = planes_to_notes(track)
        counts[f"pitch.{index}"] = float(sum(note.pitch for note in notes))
        counts[f"pitch.{index}.of"] = len(notes)
        counts["repeats"] += sum(one.pitch == two.pitch for one, two in itertools.pairwise(notes))
        counts["repeats.of"] += max(0, len(notes) - 1)
        rate = qualified_note_rate(track)
        if rate is not None:
            qualified.append(rate)
    everything = [melody, *tracks]
    optional = {
        "dissonant": dissonant_pair_share(everything),
        "qualified": float(np.mean(qualified)) if qualified else None,
        "scale": scale_consistency(tracks),
        "tonalDistance": tonal_distance(melody, np.any(tracks, axis=0)),
    }
    for name, value in optional.items():
        counts[name] = 0.0 if value is None else value
        counts[f"{name}.of"] = float(value is not None)
    counts["pitchClasses"] = float(np.mean([pitch_classes_used(track) for track in tracks]))
    counts["polyphonic"] = polyphonic_rate(everything)
    for name, number in parallels(lines_of(everything)).items():
        counts[name] = number
    return counts


def gather_totals(windows: Sequence[dict[str, float]]) -> Totals:
    """Returns name -> [windows]."""
    return {name: np.array([window[name] for window in windows], dtype=np.float64) for name in windows[0]}


def share(name: str, divisor: str) -> Statistic:
    """Returns the statistic that divides one sum by another."""
    return lambda sums: sums[name] / sums[divisor]


def statistics(voices: int) -> dict[str, Statistic]:
    """Returns every statistic by its name in evaluation.json; `voices` is the number of accompaniment voices."""
    result: dict[str, Statistic] = {
        # This is the rate of the voice that has the most empty bars.
        "emptyBarRate": lambda sums: np.max([sums[f"empty.{v}"] / sums["bars"] for v in range(voices)], axis=0),
        "dissonantPairShare": share("dissonant", "dissonant.of"),
        "qualifiedNoteRate": share("qualified", "qualified.of"),
        "scaleConsistency": share("scale", "scale.of"),
        "pitchClassesUsed": share("pitchClasses", "windows"),
    }
    for voice in range(voices):
        result[f"meanPitch{voice + 1}"] = share(f"pitch.{voice}", f"pitch.{voice}.of")
    result |= {
        "repeatedNoteShare": share("repeats", "repeats.of"),
        "polyphonicRate": share("polyphonic", "windows"),
        "tonalDistance": share("tonalDistance", "tonalDistance.of"),
        "parallelFifthsPer1000": lambda sums: 1000 * sums["fifths"] / sums["similarMotion"],
        "parallelOctavesPer1000": lambda sums: 1000 * sums["octaves"] / sums["similarMotion"],
    }
    return result
