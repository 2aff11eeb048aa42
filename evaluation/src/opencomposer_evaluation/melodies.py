"""Melodies unlike those of the training, such as a stranger may upload."""

from __future__ import annotations

import numpy as np
from opencomposer_music.metrics import MAJOR_SCALE
from opencomposer_music.piano_roll import PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT, Note, Planes, notes_to_planes

LOWEST, HIGHEST = 60, 79
"""The register of the random melodies, about that of a soprano."""


def transposed(melody: Planes, shift: int) -> Planes:
    """Returns planes [2, steps, 128] moved by `shift` semitones. Notes that leave the keyboard are lost."""
    result = np.zeros_like(melody)
    low, high = max(0, -shift), min(PITCHES, PITCHES - shift)
    result[:, :, low + shift : high + shift] = melody[:, :, low:high]
    return result


def with_silent_bars(melody: Planes) -> Planes:
    """Returns the melody with every second bar silenced."""
    result = melody.copy()
    for start in range(STEPS_PER_BAR, melody.shape[1], 2 * STEPS_PER_BAR):
        result[:, start : start + STEPS_PER_BAR] = False
    return result


def random_melody(steps: int, seed: int, *, in_scale: bool) -> Planes:
    """Returns quarter notes drawn evenly from one major scale (its key is drawn, too), or from all semitones."""
    rng = np.random.Generator(np.random.PCG64(seed))
    key = int(rng.integers(12))
    scale = {(key + degree) % 12 for degree in MAJOR_SCALE} if in_scale else set(range(12))
    choices = [pitch for pitch in range(LOWEST, HIGHEST + 1) if pitch % 12 in scale]
    notes = [
        Note(onset, STEPS_PER_BEAT, choices[int(rng.integers(len(choices)))])
        for onset in range(0, steps, STEPS_PER_BEAT)
    ]
    return notes_to_planes(notes, steps)
