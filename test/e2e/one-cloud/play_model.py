"""Plays a model.onnx without the server: ONNX Runtime and the published decoding.

    .venv/inference/bin/python test/e2e/one-cloud/play_model.py MODEL.onnx MELODY.json SEED

MELODY.json is `{"bars": 8, "notes": [[onset, duration, pitch], …]}` on the grid of sixteenths. Prints the notes of each
accompaniment voice in the same form.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from opencomposer_music.piano_roll import Note
from opencomposer_unet_gan.generation import accompany, load_generator


def main() -> None:
    """Parses the command line and prints the voices."""
    model, melody, seed = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3])
    notes = [Note(onset, duration, pitch) for onset, duration, pitch in melody["notes"]]
    played = accompany(load_generator(model.read_bytes(), threads=1), notes, melody["bars"], seed)
    print(json.dumps([[[note.onset, note.duration, note.pitch] for note in voice] for voice in played.notes()]))


if __name__ == "__main__":
    main()
