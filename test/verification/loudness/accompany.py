"""Accompanies melodies with a stock model, as the inference container does.

    python accompany.py unet-gan|ar-cnn < melodies.jsonl

Reads a JSON object {"bars", "notes"} a line, and prints the tracks of the response a line.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from opencomposer_ar_cnn.generation import ArCnn
from opencomposer_music.piano_roll import Note
from opencomposer_serving.deadline import Deadline
from opencomposer_serving.invocation import InvocationRequest, Melody, ModelReference
from opencomposer_serving.technique import Technique
from opencomposer_unet_gan.generation import UnetGan

MODELS = Path(__file__).resolve().parents[3] / "models"
SECONDS = 600.0


def main(name: str) -> None:
    """Accompanies each melody under the seed 0."""
    technique: Technique[Any] = UnetGan(threads=1) if name == "unet-gan" else ArCnn(threads=1)
    content = (MODELS / f"{name}-bach" / "model.onnx").read_bytes()
    model = technique.load(content)
    reference = ModelReference(hashlib.sha256(content).hexdigest(), len(content), None)
    parameters = technique.document.parameters.completed({})
    for line in sys.stdin:
        melody = json.loads(line)
        notes = tuple(Note(note["onset"], note["duration"], note["pitch"]) for note in melody["notes"])
        request = InvocationRequest(name, reference, 0, Melody(melody["bars"], notes), parameters)
        response = technique.generate(model, request, Deadline.after(SECONDS))
        tracks = [
            {"name": track.name, "program": track.program, "notes": [note._asdict() for note in track.notes]}
            for track in response.tracks
        ]
        print(json.dumps(tracks), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
