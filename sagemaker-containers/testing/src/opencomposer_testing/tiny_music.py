"""Made-up pieces and data sets for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from opencomposer_music.piano_roll import STEPS_PER_BAR, Note, notes_to_planes, planes_to_notes
from opencomposer_training.dataset import Piece, Split
from opencomposer_training.packed_notes import pack_notes

from opencomposer_testing.tiny_training_job import write_dataset

NAMES = ("Soprano", "Alto", "Tenor", "Bass")
VOICES = ((64, 79), (57, 70), (50, 65), (40, 57))


def random_piece(seed: int, bars: int, *, tune: str | None = None, split: Split = "train") -> Piece:
    """Returns four voices of random quarters and eighths, each in its register."""
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
    return Piece.of_planes(f"piece-{seed}", split, tune or f"tune-{seed}", np.stack(voices))


def written_dataset(folder: Path) -> Path:
    """Writes a data set: two tunes of two pieces each to train on, two pieces to validate and to test on."""
    shared = random_piece(0, 8).planes[0]
    pieces: list[Piece] = []
    for seed, split, bars, tune in (
        (0, "train", 8, "twice"),
        (1, "train", 8, "twice"),
        (2, "train", 8, "once"),
        (3, "validation", 16, "three"),
        (4, "validation", 6, "four"),
        (5, "test", 18, "five"),
        (6, "test", 8, "six"),
    ):
        piece = random_piece(seed, bars, tune=tune)
        if tune == "twice":
            piece = Piece.of_planes(piece.id, piece.split, tune, np.stack([shared, *piece.planes[1:]]))
        pieces.append(replace(piece, split=split, tune=tune))  # type: ignore[arg-type]
    lines = []
    for piece in pieces:
        voices = [
            {"name": name, "program": 52, "notes": pack_notes(planes_to_notes(planes))}
            for name, planes in zip(NAMES, piece.planes, strict=True)
        ]
        lines.append(
            {
                "id": piece.id,
                "title": piece.id,
                "tags": {"composer": ["nobody"]},
                "split": piece.split,
                "tune": piece.tune,
                "pickupSteps": 0,
                "bars": piece.bars,
                "voices": voices,
            }
        )
    folder.mkdir()
    write_dataset(folder, lines)
    return folder
