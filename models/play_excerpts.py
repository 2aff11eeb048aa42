"""Lets the stock models accompany the melodies of six chorales, for the console's quiz "Which is Bach?".

    .venv/training/bin/python models/play_excerpts.py

Run it from the root of the repository after a stock model was trained anew. The chorales belong to the test pieces,
which no model has learned from. Only what the models write is stored, in console/src/learn/pieces/model-voices.json.
Bach's own voices are not in the repository: the console's build cuts them out of the data set that npm start builds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from opencomposer_music.piano_roll import Note
from opencomposer_training.dataset import Melody, iterate_pieces
from opencomposer_training.packed_notes import unpack_notes
from play_samples import MODELS, ar_cnn_tracks, unet_gan_tracks

REPOSITORY = MODELS.parent
DATASET = REPOSITORY / ".cache/datasets/bach-chorales/3"
OUTPUT = REPOSITORY / "console/src/learn/pieces/model-voices.json"
STEPS_PER_BAR = 16
TEMPO = 80.0
# The chorale, the bars from its beginning (two phrases), and the model that accompanies it.
EXCERPTS = (
    ("bwv-108.6", 5, "unet-gan-bach"),
    ("bwv-126.6", 5, "ar-cnn-bach"),
    ("bwv-25.6", 4, "unet-gan-bach"),
    ("bwv-262", 4, "ar-cnn-bach"),
    ("bwv-277", 5, "unet-gan-bach"),
    ("bwv-179.6", 6, "ar-cnn-bach"),
)


def melody_of(piece: Mapping[str, Any], bars: int) -> Melody:
    """Returns the soprano of the first bars of a chorale."""
    end = bars * STEPS_PER_BAR
    notes = [
        Note(start, min(length, end - start), pitch)
        for start, length, pitch, _ in unpack_notes(piece["voices"][0]["notes"], piece["bars"] * STEPS_PER_BAR).notes()
        if start < end
    ]
    return Melody(piece["id"], piece["title"], TEMPO, bars, tuple(notes))


def model_voices(model: str, melody: Melody) -> list[list[list[int]]]:
    """Returns the notes of the voices that a model adds: the step at which each begins, its steps and its pitch."""
    weights = (MODELS / model / "model.onnx").read_bytes()
    play = unet_gan_tracks if model.startswith("unet-gan") else ar_cnn_tracks
    _given, *added = play(weights, melody)
    return [[[int(note.onset), int(note.duration), int(note.pitch)] for note in track.notes] for track in added]


def main() -> int:
    """Writes the voices of all excerpts. Returns 0."""
    pieces = {piece["id"]: piece for piece in iterate_pieces(DATASET)}
    excerpts = [
        {"id": id_, "bars": bars, "model": model, "voices": model_voices(model, melody_of(pieces[id_], bars))}
        for id_, bars, model in EXCERPTS
    ]
    OUTPUT.write_text(json.dumps(excerpts, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{OUTPUT.relative_to(REPOSITORY)}: {len(excerpts)} excerpts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
