"""Parallel fifths and octaves, counted from step to step, and from beat to beat, where a listener hears them."""

from __future__ import annotations

import itertools

import numpy as np
from opencomposer_music.piano_roll import STEPS_PER_BEAT
from opencomposer_music.voice_lines import REST, Lines

PARALLELS = {"fifths": 7, "octaves": 0}


def parallels(lines: Lines) -> dict[str, int]:
    """Counts the steps at which two of the voices [voices, steps] both move in the same direction, and how many of
    those keep a fifth or an octave (or unison) between them. The definition is that of the Coconet reproduction
    fpga-midi-gen."""
    counts = {"similarMotion": 0, **dict.fromkeys(PARALLELS, 0)}
    before, after = lines[:, :-1], lines[:, 1:]
    motion = np.where((before == REST) | (after == REST), 0, np.sign(after - before))
    for one, two in itertools.combinations(range(len(lines)), 2):
        together = (motion[one] != 0) & (motion[one] == motion[two])
        counts["similarMotion"] += int(together.sum())
        first, second = np.abs(before[one] - before[two]) % 12, np.abs(after[one] - after[two]) % 12
        for name, interval in PARALLELS.items():
            counts[name] += int((together & (first == interval) & (second == interval)).sum())
    return counts


def beat_parallels(lines: Lines) -> dict[str, int]:
    """Does the same as parallels() with the pitches on the beats alone. A passing note between two beats hides a
    parallel from the count by steps, but not from ears."""
    return parallels(lines[:, ::STEPS_PER_BEAT])
