"""Made-up pieces for tests."""

from __future__ import annotations

import numpy as np
from opencomposer_shared.dataset import Piece, Split
from opencomposer_shared.piano_roll import STEPS_PER_BAR, Note, notes_to_planes

VOICES = ((64, 79), (57, 70), (50, 65), (40, 57))


def random_piece(seed: int, bars: int, *, tune: str | None = None, split: Split = "train") -> Piece:
    """Four voices of random quarters and eighths, each in its register."""
    rng = np.random.default_rng(seed)
    steps = bars * STEPS_PER_BAR
    voices = []
    for low, high in VOICES:
        onset, notes = 0, list[Note]()
        while onset < steps:
            duration = int(rng.choice([2, 4, 4]))
            notes.append(Note(onset, duration, int(rng.integers(low, high + 1))))
            onset += duration
        voices.append(notes_to_planes(notes, steps))
    return Piece(f"piece-{seed}", split, tune or f"tune-{seed}", np.stack(voices))
