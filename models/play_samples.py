"""Plays the melodies of each stock model's recipe by the model itself, and writes what it plays beside the model.

    .venv/training/bin/python models/play_samples.py [MODEL …]

Run it from the root of the repository after a stock model was trained anew. `GET /models/{modelId}/samples` lists the
files, which are of the same kind as the samples of a training: the melody as it is, and what the model writes to it.
The model file is run by the code that serves it, with the seed 0. `samples.json` says which model file played.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from opencomposer_ar_cnn.evaluation import HARMONIZATION
from opencomposer_ar_cnn.generation import load_network as load_ar_cnn
from opencomposer_ar_cnn.generation import rewrite_notes
from opencomposer_music.piano_roll import Note, planes_to_notes
from opencomposer_training.dataset import Melody
from opencomposer_training.midi_file import Track, midi_bytes
from opencomposer_transformer.cached_network import load_network as load_transformer
from opencomposer_transformer.evaluation import write_samples as write_transformer_samples
from opencomposer_unet_gan.generation import accompany, load_generator

MODELS = Path(__file__).resolve().parent
SAMPLES = "samples"
DESCRIPTION = "samples.json"
MELODY_VELOCITY = 100
SEED = 0


def melodies_of(recipe: Mapping[str, Any]) -> list[Melody]:
    """Returns the melodies of a recipe."""
    return [
        Melody(
            melody["id"],
            melody["name"],
            float(melody["tempo"]),
            int(melody["bars"]),
            tuple(Note(note["onset"], note["duration"], note["pitch"]) for note in melody["notes"]),
        )
        for melody in recipe["melodies"]
    ]


def unet_gan_tracks(model: bytes, melody: Melody) -> Sequence[Track]:
    """Returns the melody and the voices that a U-Net GAN accompanies it with."""
    generator = load_generator(model, 1)
    given, *others = generator.metadata.voices
    played = accompany(generator, melody.notes, melody.bars, SEED).notes()
    return [
        Track(given.name, given.program, melody_notes(melody)),
        *(Track(voice.name, voice.program, notes, voice.is_drums) for voice, notes in zip(others, played, strict=True)),
    ]


def ar_cnn_tracks(model: bytes, melody: Melody) -> Sequence[Track]:
    """Returns the melody and the lines that an AR-CNN adds to it."""
    network = load_ar_cnn(model, 1)
    given, added = network.metadata.voices
    settings = replace(HARMONIZATION, voice_leading=True)
    written = rewrite_notes(network, melody.notes, melody.bars, settings, SEED)
    return [
        Track(given.name, given.program, melody_notes(melody)),
        *(Track(line.name, added.program, planes_to_notes(line.planes)) for line in written.lines or ()),
    ]


def melody_notes(melody: Melody) -> list[Note]:
    """Returns the notes of a melody as they are heard beside what a model writes."""
    return [note._replace(velocity=MELODY_VELOCITY) for note in melody.notes]


def write_samples(folder: Path, technique: str, model: bytes, melodies: Sequence[Melody]) -> None:
    """Writes one MIDI file for each melody into an existing folder. Raises ValueError for an unknown technique."""
    if technique == "transformer":
        write_transformer_samples(folder, load_transformer(model, 1), melodies, seed=SEED)
        return
    players = {"unet-gan": unet_gan_tracks, "ar-cnn": ar_cnn_tracks}
    if technique not in players:
        raise ValueError(f"nobody here plays models of the technique {technique}")
    for melody in melodies:
        tracks = players[technique](model, melody)
        (folder / f"{melody.id}.mid").write_bytes(midi_bytes(melody.tempo, tracks))


def play(folder: Path) -> None:
    """Writes the samples of the stock model in `folder`, in place of those that are there."""
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    model = (folder / "model.onnx").read_bytes()
    samples = folder / SAMPLES
    samples.mkdir(exist_ok=True)
    for old in samples.glob("*.mid"):
        old.unlink()
    melodies = melodies_of(recipe)
    write_samples(samples, recipe["technique"], model, melodies)
    description = {"schemaVersion": 1, "model": hashlib.sha256(model).hexdigest(), "seed": SEED}
    (samples / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Plays all stock models, or those that are named. Returns 0."""
    known = sorted(path.parent.name for path in MODELS.glob("*/model.onnx"))
    parser = argparse.ArgumentParser(description="Play the samples of stock models.")
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(known)}; default: all of them")
    chosen = parser.parse_args(arguments).models or known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"there is no stock model {', '.join(unknown)}; there are {', '.join(known)}")
    for name in chosen:
        play(MODELS / name)
        print(f"{name}: {', '.join(sorted(path.stem for path in (MODELS / name / SAMPLES).glob('*.mid')))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
